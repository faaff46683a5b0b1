import { setTimeout as pause } from "node:timers/promises";
import { PiKVM } from "../../src/client";
import { startSimulator, type Simulator } from "../../src/simulator";
import { until } from "../harness/until";
import { ownerOf, someWorks, type Typed, type Work } from "./held-works";
import { someMishaps, type Mishap } from "./mishap";
import type { Random } from "./random";
import { faults, isWanted, type Outcome } from "./suite";
import { Wire } from "./wire";

/** Devices, each of which has one case at a time. */
const DEVICES = 10;
/** Milliseconds between two reports that a host takes. */
const POLLS = [1, 4, 8, 10];
/** What the next user of the device types: no text of a case has these. */
const NEXT = "-=[];',./".repeat(3);
/** Milliseconds that the next Node-RED takes to start after one was killed, at least. */
const START = 1000;
/** Characters of a text during which nobody listens. */
const UNWATCHED = 11;
/** A call that has not ended by then never ends. */
const PATIENCE = 40_000;

faults("whatever dies, nothing stays down and no text is mixed", { short: 20, long: 5000 }, async (random, cases) => {
  const all = Array.from({ length: cases }, (_, number) => planOf(number, random.branch()));
  const plans = all.filter(({ number }) => isWanted(`case ${number}`));
  const tally = new Tally();
  const next = async (hostPoll: number): Promise<void> => {
    const sim = await startSimulator({ tls: false, power: true, hostPoll });
    for (let plan = plans.shift(); plan; plan = plans.shift()) tally.add(plan, await tried(sim, plan));
    await sim.close();
  };
  await Promise.all(Array.from({ length: Math.min(DEVICES, cases) }, (_, device) => next(POLLS[device % POLLS.length] ?? 8))); // prettier-ignore
  return tally.outcome;
});

/** What happens in one case. */
interface Plan {
  number: number;
  /** Whether something of ours is connected to the device from the beginning. */
  isListening: boolean;
  works: Work[];
  mishaps: Mishap[];
}

const planOf = (number: number, random: Random): Plan => ({
  number,
  isListening: random.next() < 0.6,
  works: someWorks(random),
  mishaps: someMishaps(random),
});

interface Ended {
  work: Work;
  result?: Typed;
  error?: { name: string; message: string; sent?: number; typed?: number };
}

/** What became of a case: what is wrong with it. Never rejects. */
async function tried(sim: Simulator, plan: Plan): Promise<{ ended: Ended[]; wrong: string[] }> {
  const ended: Ended[] = [];
  try {
    return { ended, wrong: await attempt(sim, plan, ended) };
  } catch (error) {
    return { ended, wrong: [String(error)] };
  } finally {
    sim.faults.clear();
  }
}

async function attempt(sim: Simulator, { isListening, works, mishaps }: Plan, ended: Ended[]): Promise<string[]> {
  await until(() => sim.working === 0 && sim.sessions === 0 && sim.state.hid.gadget.pending === 0);
  sim.host.forget();
  const wire = new Wire(sim.port);
  const address = await wire.listen();
  const kvm = await clientOf(address);
  const cancel = new AbortController();
  if (isListening) await new Promise((resolve) => kvm.events().once("state", resolve));
  const all = works.map(async (work) => {
    await pause(work.after);
    ended.push(await endOf(work, kvm, cancel.signal));
  });
  const happening = mishaps.map(async ({ after, happen }) => {
    await pause(after);
    await happen({ sim, kvm, wire, cancel });
  });
  const ends = mishaps.some((mishap) => mishap.ends);
  const isKilled = mishaps.some(({ name }) => name === "the program is killed");
  const over = Promise.all([...all, ...happening]);
  // Node-RED starts the next flows as soon as the device is closed.
  await inTime(ends ? Promise.all(happening) : over);
  const wrong: string[] = [];
  if (!ends) {
    await until(() => sim.state.hid.gadget.pending === 0);
    if (!mishaps.some(({ drops }) => drops) && sim.host.heldKeys.length > 0)
      wrong.push(`after all was done, ${sim.host.heldKeys.join()} is down`);
  }
  await inTime(isKilled ? pause(START) : kvm.close());
  await until(() => sim.running && sim.outage === 0);
  // Another process, or the next client of this one.
  wrong.push(...(await nextUser(sim, isKilled ? sim.url : address)));
  await inTime(over);
  if (isKilled) await kvm.close();
  await wire.close();
  return [...wrong, ...textsOf(sim.host.typed, ended, { isListening, mishaps })];
}

async function clientOf(address: string): Promise<PiKVM> {
  return new PiKVM({ address, user: "admin", password: "admin", videoIdle: 0.2 }).open();
}

async function endOf(work: Work, kvm: PiKVM, signal: AbortSignal): Promise<Ended> {
  return Promise.resolve()
    .then(() => work.run(kvm, signal))
    .then(
      (result) => (work.text === undefined ? { work } : { work, result: result as Typed }), // a text says how it ended
      (error: unknown) => ({ work, error: error as NonNullable<Ended["error"]> }), // what the client throws
    );
}

/** Types on the same device, whatever the user before has left. @returns what is wrong. */
async function nextUser(sim: Simulator, address: string): Promise<string[]> {
  sim.faults.clear();
  const kvm = await clientOf(address);
  try {
    const { typed, incomplete } = await kvm.keyboard.type(NEXT);
    await new Promise((resolve) => kvm.events().once("state", resolve));
    await until(() => sim.state.hid.gadget.pending === 0);
    const wrong: string[] = [];
    const { heldKeys, mouse } = sim.host;
    if (heldKeys.length > 0 || mouse.buttons.size > 0) wrong.push(`${[...heldKeys, ...mouse.buttons].join()} stayed down`); // prettier-ignore
    if (typed !== NEXT.length || incomplete) wrong.push(`the next text says: ${typed} typed, ${incomplete}`);
    if (sim.host.typed.split(NEXT).length !== 2) wrong.push(`the next text is not whole: ${sim.host.typed}`);
    return wrong;
  } finally {
    await kvm.close();
  }
}

/** @returns what is wrong with what the computer got of the texts. */
function textsOf(typed: string, ended: readonly Ended[], given: Pick<Plan, "isListening" | "mishaps">): string[] {
  const characters = typed.split("");
  const runs = characters.map(ownerOf).filter((owner, index, all) => owner !== all[index - 1]);
  const wrong = new Set(runs).size < runs.length ? [`texts are mixed: ${typed}`] : [];
  for (const one of ended) {
    const { text = "" } = one.work;
    if (text === "") continue;
    const arrived = characters.filter((character) => ownerOf(character) === ownerOf(text.charAt(0))).join("");
    const mistake = mistakeIn(arrived, text, one, given);
    if (mistake) wrong.push(`${mistake}: ${arrived} of ${text}`);
  }
  return wrong;
}

function mistakeIn(
  arrived: string,
  text: string,
  { result, error }: Ended,
  { isListening, mishaps }: Pick<Plan, "isListening" | "mishaps">,
): string | undefined {
  const dropped = mishaps.filter(({ drops }) => drops);
  // While the event connection is lost, too, nobody tells of a visit.
  const isConnected = isListening || text.length > UNWATCHED;
  const isTold = isConnected && !dropped.some(({ isSecret }) => isSecret === undefined);
  const isUntold = dropped.some(({ isSecret }) => isSecret === "always" || (isSecret && !isTold));
  if (dropped.length === 0 && !text.startsWith(arrived)) return "not as it was written";
  if (!isPartOf(arrived, text)) return "more than was written";
  const { sent = 0, typed = 0 } = result ?? error ?? {};
  if (arrived.length > sent && result) return "more than was sent";
  if (result && !result.incomplete && !isUntold && arrived !== text) return "shortened without a word";
  if (typed > arrived.length && !isUntold) return "less than was said to have arrived";
  return undefined;
}

/** Whether all characters of one are in the other, in their order. */
function isPartOf(part: string, whole: string): boolean {
  let at = 0;
  for (const character of whole) if (character === part[at]) at += 1;
  return at === part.length;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it never ends")), PATIENCE);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

class Tally {
  readonly #wrong: string[] = [];
  readonly #counts = { cases: 0, texts: 0, "whole texts": 0, "texts said to be incomplete": 0, "texts that failed": 0 };

  add({ number, isListening, works, mishaps }: Plan, { ended, wrong }: { ended: Ended[]; wrong: string[] }): void {
    const counts = this.#counts;
    counts.cases += 1;
    for (const { result, error, work } of ended) {
      if (work.text === undefined) continue;
      counts.texts += 1;
      if (error) counts["texts that failed"] += 1;
      else counts[result?.incomplete ? "texts said to be incomplete" : "whole texts"] += 1;
    }
    const shown = [...works, ...mishaps].map(({ name, after }) => `${name} at ${after}`).join(", ");
    if (wrong.length === 0) return;
    const ends = ended.map(({ work, result, error }) => `${work.name}: ${error?.message ?? JSON.stringify(result)}`);
    this.#wrong.push(
      `case ${number} (${isListening ? "listening, " : ""}${shown}): ${wrong.join("; ")}\n${ends.join("\n")}`,
    );
  }

  get outcome(): Outcome {
    return { figures: { ...this.#counts, wrong: this.#wrong.length }, wrong: this.#wrong };
  }
}
