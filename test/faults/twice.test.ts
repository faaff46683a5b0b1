import { NodeRed } from "../harness/node-red";
import type { Act } from "./acts";
import { Bench, inTurns, loginsInTurn, type Lane, type Trial } from "./bench";
import { isChange, type Plan } from "./exchange";
import type { Random } from "./random";
import { isChanging, rehearsing, type Rehearsed } from "./rehearsal";
import { anyStrike, isLie, isRefusedLogin } from "./strike";
import { faults, ownPart, type Outcome } from "./suite";
import { usesSocket, wrongIn } from "./verdict";

/** Seconds in which a device is to answer, and milliseconds that are too late. */
const TIMEOUT = 1;
const LATE = 1400;
/** Ways to each device: who comes back to one has been away for about as long as an LED may take to follow a press. */
const WAYS = 12;

const red = NodeRed.duringTests();

faults("whatever happens on the way, nothing is done twice", { short: 75, long: 10_000 }, (random, cases) =>
  rehearsing(
    red,
    (all) => all,
    async ({ acts, wrong }) => {
      const changing = acts.filter(isChanging);
      const tally = new Tally(changing, wrong);
      await strikeAll(changing, ownPart(casesOf(random, changing, cases)), tally);
      return tally.outcome;
    },
  ),
);

interface Case {
  number: number;
  change: Rehearsed;
  plan: Plan;
}

const casesOf = (random: Random, changing: readonly Rehearsed[], cases: number): Case[] =>
  Array.from({ length: cases }, (_, number) => {
    const own = random.branch();
    const change = own.pick(changing);
    return { number, change, plan: planFor(change, own) };
  });

/** Mostly it strikes what changes something. */
function planFor({ usual }: Rehearsed, random: Random): Plan {
  const strike = anyStrike(random, LATE);
  if (usesSocket(usual) && ["cut", "late"].includes(strike.kind))
    return { strike, among: "frames", after: random.below(4) };
  const changes = usual.exchanges.filter(isChange).length;
  if (changes > 0 && random.next() < 0.8) return { strike, among: "changes", after: random.below(changes) };
  return { strike, among: "requests", after: random.below(usual.exchanges.length) };
}

async function strikeAll(changing: readonly Rehearsed[], cases: readonly Case[], tally: Tally): Promise<void> {
  const byAct = new Map<Act, Case[]>();
  for (const one of cases) byAct.set(one.change.act, [...(byAct.get(one.change.act) ?? []), one]);
  const refused = ({ plan: { strike } }: Case) => isRefusedLogin(strike);
  const acts = changing.map(({ act }) => act).filter((act) => byAct.has(act));
  const ways = (act: Act, index: number) => {
    const own = byAct.get(act) ?? [];
    return loginsInTurn(Math.min(own.length, WAYS) + own.filter(refused).length, index);
  };
  const bench = await Bench.start(red, acts, { timeout: TIMEOUT, ways });
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
  readonly #changing: readonly Rehearsed[];
  readonly #wrong: string[];
  readonly #counts = {
    cases: 0,
    struck: 0,
    results: 0,
    "errors, not done": 0,
    "errors, unknown": 0,
    "lied to": 0,
  };

  constructor(changing: readonly Rehearsed[], wrong: string[]) {
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
    if (trial.strike) counts.struck += 1;
    if (trial.strike && isLie(trial.strike)) counts["lied to"] += 1;
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
