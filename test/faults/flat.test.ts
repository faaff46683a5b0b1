import { Readable } from "node:stream";
import { flow } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";
import { Away, type Answer } from "./away";
import { Everything, isAtRest } from "./flat-flow";
import { Census, type Living } from "./living";
import { mishap } from "./mishaps";
import type { Random } from "./random";
import { isFlat, slopeOf } from "./slope";
import { faults, LONG, type Outcome } from "./suite";

/** Simulated hours without a deploy, and how many times faster than ours they go. */
const HOURS = LONG ? 24 : 0.05;
const SPEED = 120;
const HOUR = 3_600_000;
/** How often everything is used once while something goes wrong, and of these rounds how many are an hour. */
const ROUNDS = LONG ? 192 : 1;
const ROUNDS_OF_AN_HOUR = 8;
/** Milliseconds of ours after which the flow cancels what still goes on. */
const PATIENCE = 4000;
/** Looks in the time of the deploys. */
const LOOKS = LONG ? 25 : 1;
/** Messages that are on their way when a deploy comes. */
const ON_THEIR_WAY = 6;
/** KiB by which the heap may grow in all: what the compiler keeps. */
const LITTLE = 256;

const DEPLOYS = ["full", "flows", "nodes", "reload"] as const;
/** What must be again as it was when nothing is deployed. */
const EXACT = ["clients", "listeners", "timers", "sockets", "handles", "descriptors"] as const;

const red = NodeRed.duringTests({ storesFlows: true });

faults("a day of everything and deploys of all kinds leave nothing", { short: 1, long: 500 }, async (random, cases) => {
  const away = await Away.start(SPEED);
  const run = new Run(away, random);
  const outcome = await run.all(cases);
  await away.stop();
  return outcome;
});

/** The second half, where there is enough of it: what is compiled and kept at first is no leak, which would go on. */
const settled = (looks: readonly number[]): readonly number[] =>
  looks.length < 12 ? looks : looks.slice(Math.floor(looks.length / 2));

/** One run of the suite. */
class Run {
  readonly #away: Away;
  readonly #random: Random;
  readonly #census = new Census();
  readonly #everything: Everything;
  /** Messages that have not ended yet. */
  readonly #open = new Set<number>();
  #endedAgain = 0;
  readonly #figures: Record<string, number | string> = {};
  readonly #wrong: string[] = [];
  #messages = 0;
  /** What came from nodes that send by themselves, and from messages that nobody waits for. */
  #others = 0;
  /** By their names. */
  readonly #errors = new Map<string, number>();

  constructor(away: Away, random: Random) {
    this.#away = away;
    this.#random = random;
    this.#everything = new Everything(away.targets, red.userDir);
    red.onReceived = ({ node, msg }) => this.#note(node, msg);
  }

  async all(deploys: number): Promise<Outcome> {
    // What is made once, and kept.
    await red.deploy(this.#everything.whole);
    await this.#round();
    for (const kind of DEPLOYS) await this.#deploy(kind);
    await this.#undeploy();
    const before = await this.#census.take();
    await this.#hours();
    // To look through the whole heap takes about as long as ten deploys.
    if (LONG) await this.#undeployed(before, "a day");
    await this.#deploys(deploys, before);
    this.#census.close();
    red.onReceived = () => undefined;
    if (this.#endedAgain > 0) this.#wrong.push(`${this.#endedAgain} messages ended more than once`);
    const errors = [...this.#errors].map(([name, count]) => `${count} ${name}`).join(", ");
    const figures = { "simulated hours": HOURS, "deploys of each kind": deploys, messages: this.#messages };
    return {
      figures: { ...figures, "events, pictures and the like": this.#others, errors, ...this.#figures },
      wrong: this.#wrong,
    };
  }

  /** A day in which the devices' nodes stay as they are. */
  async #hours(): Promise<void> {
    await red.deploy(this.#everything.whole);
    const begin = await this.#now();
    const looks: Living[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      await this.#round();
      await until(async () => (await this.#now()) - begin >= (round * HOURS * HOUR) / ROUNDS, { timeout: 600_000 });
      if (round % ROUNDS_OF_AN_HOUR === 0) looks.push(await this.#look());
    }
    this.#judge(looks, "an hour");
  }

  async #deploys(count: number, before: Living): Promise<void> {
    const looks: Living[] = [];
    for (let done = 0; done < LOOKS; done += 1) {
      await red.deploy(this.#everything.whole);
      for (let again = 0; again < count / LOOKS; again += 1) for (const kind of DEPLOYS) await this.#deploy(kind);
      looks.push(await this.#undeployed(before, `look ${done} at deploys`));
    }
    this.#judge(looks, `${Math.ceil((4 * count) / LOOKS)} deploys`);
  }

  /** Everything is used once, while something goes wrong. */
  async #round(): Promise<void> {
    const mending = this.#away.targets.map((_, at) => mishap(this.#away, at, this.#random));
    for (const one of this.#everything.messages) this.#send(one.id, one.msg);
    const cancelled = this.#random.pick(this.#everything.messages);
    red.send(cancelled.id, { reset: true });
    const giveUp = setTimeout(() => {
      for (const { id } of this.#everything.messages) red.send(id, { reset: true });
    }, PATIENCE);
    const isOver = () => this.#open.size === 0;
    await until(isOver, { what: "an end of each message" }).finally(() => clearTimeout(giveUp));
    await Promise.all(mending);
    await Promise.all(this.#away.targets.map((_, at) => this.#away.ask(at, { kind: "mend" })));
    red.forget();
  }

  /** Messages are on their way when it comes, and nobody waits for them. */
  async #deploy(kind: (typeof DEPLOYS)[number]): Promise<void> {
    for (const { id, msg } of this.#random.some(this.#everything.messages, ON_THEIR_WAY)) red.send(id, { ...msg });
    if (this.#random.below(2) > 0) {
      const number = this.#send("power 0", {});
      await until(() => !this.#open.has(number), { what: "a message before a deploy" });
    }
    const chosen = this.#random.below(5);
    await red.deploy(
      this.#everything.changed((at) => at % 5 === chosen),
      kind,
    );
    red.forget();
  }

  async #undeploy(): Promise<void> {
    await red.deploy(flow());
    await this.#devicesAre(({ connections }) => connections === 0, "left alone");
    red.forget();
  }

  /** When what is deployed has nothing to do: connections that nobody uses are closed. */
  async #look(): Promise<Living> {
    await this.#devicesAre(isAtRest, "at rest");
    red.forget();
    return this.#census.take();
  }

  async #devicesAre(are: (look: Answer<"look">, at: number) => boolean, what: string): Promise<void> {
    let looks: Answer<"look">[] = [];
    const areAll = async () => {
      looks = await Promise.all(this.#away.targets.map((_, at) => this.#ask(at)));
      return looks.every(are);
    };
    // A login that was refused in the midst of a restart is tried again after a minute, and then after five.
    await until(areAll, { timeout: 400_000, what: `devices that are ${what}` }).catch((error: unknown) => {
      const errors = red
        .at("error")
        .slice(-10)
        .map(({ pikvm, error }) => [pikvm, error]);
      throw new Error(JSON.stringify({ looks, errors }), { cause: error });
    });
  }

  #ask(at: number): Promise<Answer<"look">> {
    return this.#away.ask(at, { kind: "look" });
  }

  /** In the time of the devices. */
  async #now(): Promise<number> {
    return (await this.#ask(0)).now;
  }

  /** @returns what is left. What nobody holds any more may take its time to go. */
  async #undeployed(before: Living, when: string): Promise<Living> {
    await this.#undeploy();
    let after = before;
    const more = () => EXACT.filter((what) => after[what] > before[what]).map((what) => `${what}: ${before[what]} to ${after[what]}`); // prettier-ignore
    const isAsBefore = async () => {
      after = await this.#census.take();
      return more().length === 0;
    };
    await until(isAsBefore, { timeout: 20_000 }).catch(() => this.#wrong.push(`after ${when}: ${more().join(", ")}`));
    const left = Object.entries(after).map(([what, count]) => `${Math.round(Number(count))} ${what}`);
    this.#figures["left at the end, heap and external in KiB"] = left.join(", ");
    return after;
  }

  #judge(looks: readonly Living[], every: string): void {
    const [first] = looks;
    if (!first || looks.length < 3) return;
    for (const what of Object.keys(first) as (keyof Living)[]) {
      const values = looks.map((look) => look[what]);
      const slope = slopeOf(settled(values));
      const [from, to] = [values[0] ?? 0, values.at(-1) ?? 0].map(Math.round);
      this.#figures[`${what} by ${every}`] = `${slope.each.toFixed(2)} ± ${slope.noise.toFixed(2)} (${from} to ${to})`;
      const little = what === "heap" || what === "external" ? LITTLE : 1;
      if (!isFlat(slope, little)) this.#wrong.push(`${what} grow by ${every}: ${values.map(Math.round).join(" ")}`);
    }
  }

  #send(id: string, msg: Record<string, unknown>): number {
    const number = this.#messages++;
    this.#open.add(number);
    red.send(id, { ...msg, number });
    return number;
  }

  #note(node: string, { number, payload, error }: Record<string, unknown>): void {
    if (payload instanceof Readable) payload.on("error", () => undefined).resume();
    if (node !== "result" && node !== "error") return;
    if (typeof number !== "number") this.#others += 1;
    else if (!this.#open.delete(number)) this.#endedAgain += 1;
    if (node !== "error") return;
    const { name } = error as { name: string };
    this.#errors.set(name, (this.#errors.get(name) ?? 0) + 1);
  }
}
