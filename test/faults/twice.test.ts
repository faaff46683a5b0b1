import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { NodeRed } from "../harness/node-red";
import { allActs, MACRO, type Act } from "./acts";
import { Bench, inTurns, type Lane, type Trial } from "./bench";
import { isChange, type Plan } from "./fault-proxy";
import type { Random } from "./random";
import { anyStrike } from "./strike";
import { faults, type Outcome } from "./suite";
import { usesSocket, wrongIn } from "./verdict";
import { WORLDS, type World } from "./world";

/** Seconds in which a device is to answer, and milliseconds that are too late. */
const TIMEOUT = 1;
const LATE = 1400;
/** Ways to each device: who comes back to one has been away for about as long as an LED may take to follow a press. */
const WAYS = 12;

const red = NodeRed.duringTests();

faults("whatever happens on the way, nothing is done twice", { short: 150, long: 10_000 }, async (random, cases) => {
  const folder = mkdtempSync(path.join(tmpdir(), "pikvm-twice-"));
  const macro = path.join(folder, "macro.json");
  writeFileSync(macro, MACRO);
  const web = createServer((_, response) => response.end(Buffer.alloc(3000, 7)));
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  const { port } = web.address() as AddressInfo; // it listens on a port
  const acts = allActs({
    "hid-macro": { file: ["str", macro] },
    "msd-image": { file: ["str", path.join(folder, "image")], url: ["str", `http://127.0.0.1:${port}/new.iso`] },
  });
  const { changing, wrong } = await changingAmong(acts);
  if (process.env.DBG)
    console.log(
      changing.map((c) => [c.act.name, c.world, c.usual.calls.length, c.usual.inputs.length].join(" | ")).join("\n"),
      wrong,
    );
  const tally = new Tally(changing, wrong);
  await strikeAll(changing, casesOf(random, changing, cases), tally);
  web.close();
  rmSync(folder, { recursive: true });
  return tally.outcome;
});

/** An act that changes something, and what it does when nothing goes wrong. */
interface Change {
  act: Act;
  world: World;
  usual: Trial;
}

/** Those that change something, found by doing all of them. */
async function changingAmong(acts: readonly Act[]): Promise<{ changing: Change[]; wrong: string[] }> {
  const changing: Change[] = [];
  const wrong: string[] = [];
  const bench = await Bench.start(red, acts, 30, () => WORLDS.length);
  await inTurns(bench.lanes, async (lane) => {
    const { act } = lane;
    const failures: string[] = [];
    for (const world of WORLDS) {
      const usual = await lane.send(world);
      failures.push(...usual.errors.map(({ message }) => message));
      if (usual.results !== 1 || (usual.calls.length === 0 && !usesSocket(usual))) continue;
      changing.push({ act, world, usual });
      return;
    }
    if (failures.length === WORLDS.length)
      wrong.push(`${act.name} fails where nothing goes wrong (${failures.join(" ")}): teach it to the suite`);
  });
  await bench.close();
  // In an order that does not depend on how fast each of them was.
  return { changing: changing.sort((a, b) => acts.indexOf(a.act) - acts.indexOf(b.act)), wrong };
}

interface Case {
  number: number;
  change: Change;
  plan: Plan;
}

const casesOf = (random: Random, changing: readonly Change[], cases: number): Case[] =>
  Array.from({ length: cases }, (_, number) => {
    const own = random.branch();
    const change = own.pick(changing);
    return { number, change, plan: planFor(change, own) };
  });

/** Mostly it strikes what changes something. */
function planFor({ usual }: Change, random: Random): Plan {
  const strike = anyStrike(random, LATE);
  if (usesSocket(usual) && ["cut", "late"].includes(strike.kind))
    return { strike, among: "frames", after: random.below(4) };
  const changes = usual.exchanges.filter(isChange).length;
  if (changes > 0 && random.next() < 0.8) return { strike, among: "changes", after: random.below(changes) };
  return { strike, among: "requests", after: random.below(usual.exchanges.length) };
}

async function strikeAll(changing: readonly Change[], cases: readonly Case[], tally: Tally): Promise<void> {
  const byAct = new Map<Act, Case[]>();
  for (const one of cases) byAct.set(one.change.act, [...(byAct.get(one.change.act) ?? []), one]);
  const refused = ({ plan: { strike } }: Case) => strike.kind === "foreign" && strike.what === "proxy 401";
  const acts = changing.map(({ act }) => act).filter((act) => byAct.has(act));
  const ways = (act: Act) => {
    const own = byAct.get(act) ?? [];
    return Math.min(own.length, WAYS) + own.filter(refused).length;
  };
  const bench = await Bench.start(red, acts, TIMEOUT, ways);
  await inTurns(bench.lanes, async (lane) => {
    for (const one of byAct.get(lane.act) ?? []) tally.add(one, await tried(lane, one));
  });
  tally.lateEnds = await bench.close();
}

/** Never rejects. */
const tried = (lane: Lane, { change, plan }: Case): Promise<Trial | Error> =>
  lane.send(change.world, structuredClone(plan)).catch((error: unknown) => error as Error);

class Tally {
  lateEnds = 0;
  readonly #changing: readonly Change[];
  readonly #wrong: string[];
  readonly #counts = { cases: 0, struck: 0, results: 0, "errors, not done": 0, "errors, unknown": 0 };

  constructor(changing: readonly Change[], wrong: string[]) {
    this.#changing = changing;
    this.#wrong = wrong;
  }

  add({ number, change, plan }: Case, trial: Trial | Error): void {
    const counts = this.#counts;
    counts.cases += 1;
    const mistake = trial instanceof Error ? trial.message : wrongIn(trial, change.usual);
    if (mistake !== undefined)
      this.#wrong.push(`case ${number}, ${change.act.name}, ${JSON.stringify(plan)}: ${mistake}`);
    if (trial instanceof Error) return;
    if (trial.hasStruck) counts.struck += 1;
    const [error] = trial.errors;
    if (!error) counts.results += 1;
    else counts[error.outcome === "unknown" ? "errors, unknown" : "errors, not done"] += 1;
  }

  get outcome(): Outcome {
    const late = this.lateEnds === 0 ? [] : [`${this.lateEnds} messages ended again later`];
    const acts = { "kinds of change": this.#changing.length, ...this.#counts };
    return { figures: { ...acts, wrong: this.#wrong.length + late.length }, wrong: [...this.#wrong, ...late] };
  }
}
