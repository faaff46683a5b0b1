import { setTimeout as pause } from "node:timers/promises";
import { startSimulator } from "../../src/simulator";
import { Mosquitto, skip } from "../harness/mosquitto";
import { Topics } from "../harness/topics";
import { until } from "../harness/until";
import { Asker, SLOW, type Devices } from "./fleet-asker";
import { bareMembers, realMembers, type Member, type Members } from "./fleet-members";
import type { Random } from "./random";
import { faults, LONG, type Outcome } from "./suite";

const DEVICES = ["one", "two"];
/** Seconds after which the others have what a killed one had. */
const LIMIT = 15;
/** Of so many kills one is of a whole Node-RED; `npm test` kills none of these here. */
const REAL = 25;

if (!skip)
  faults("of two that share devices one is killed, and the other goes on", { short: 6, long: 1000 }, async (random, cases) => {
    const real = LONG ? Math.ceil(cases / REAL) : 0;
    const bare = await Fleet.run(random.branch(), cases - real, (broker, devices) =>
      Promise.resolve(bareMembers(broker, devices)),
    );
    if (real === 0) return bare;
    const whole = await Fleet.run(random.branch(), real, realMembers);
    const named = Object.fromEntries(Object.entries(whole.figures).map(([what, one]) => [`Node-RED: ${what}`, one]));
    return { figures: { ...bare.figures, ...named }, wrong: [...bare.wrong, ...whole.wrong] };
  }); // prettier-ignore

type Starter = (broker: Mosquitto, devices: { name: string; url: string }[]) => Promise<Members>;

/** Two members, their devices, and somebody who commands them all the time. */
class Fleet {
  readonly #broker: Mosquitto;
  readonly #topics: Topics;
  readonly #asker: Asker;
  readonly #members: Members;
  readonly #running = new Map<string, Member>();
  #longest = 0;

  private constructor(broker: Mosquitto, topics: Topics, asker: Asker, members: Members) {
    this.#broker = broker;
    this.#topics = topics;
    this.#asker = asker;
    this.#members = members;
  }

  static async run(random: Random, cases: number, starter: Starter): Promise<Outcome> {
    const devices: Devices = new Map(
      await Promise.all(DEVICES.map(async (name) => [name, await startSimulator({ tls: false })] as const)),
    );
    for (const { faults } of devices.values()) faults.add(SLOW);
    const broker = new Mosquitto();
    await broker.start();
    const topics = await Topics.of(broker);
    const asker = await Asker.of(broker, devices);
    const members = await starter(
      broker,
      [...devices].map(([name, { url }]) => ({ name, url })),
    );
    const fleet = new Fleet(broker, topics, asker, members);
    try {
      return await fleet.#suffer(random, cases);
    } finally {
      await fleet.#close();
      for (const simulator of devices.values()) await simulator.close();
    }
  }

  async #suffer(random: Random, cases: number): Promise<Outcome> {
    await this.#start();
    await this.#start();
    await this.#haveAll();
    const counts = { killed: 0, stopped: 0 };
    for (let number = 0; number < cases; number += 1) {
      const isKilled = random.next() < 0.85;
      const pauseAsking = this.#asker.begin();
      await pause(random.below(400));
      const victim = this.#holderOf(random.pick(DEVICES));
      const begin = performance.now();
      await this.#end(victim, isKilled ? "SIGKILL" : "SIGTERM");
      // The next one is there while the other takes over, or only later.
      if (random.next() < 0.5) await this.#start();
      await this.#haveAll();
      this.#longest = Math.max(this.#longest, (performance.now() - begin) / 1000);
      await pauseAsking();
      this.#asker.count();
      if (this.#running.size < 2) await this.#start();
      counts[isKilled ? "killed" : "stopped"] += 1;
    }
    // One that answers for the last of them.
    const isNote = (topic: string) => topic.includes("/pending/");
    await this.#topics.untilRetained((kept) => ![...kept.keys()].some(isNote), "no notes");
    await this.#haveAll();
    for (const name of DEVICES) await this.#asker.ask(name);
    this.#asker.count();
    const { figures, wrong } = this.#asker.result();
    const isLate = LONG && this.#longest > LIMIT;
    return {
      figures: { ...counts, ...figures, "longest takeover, s": this.#longest.toFixed(1), wrong: wrong.length },
      wrong: isLate ? [...wrong, `taken over within ${this.#longest} s`] : wrong,
    };
  }

  async #start(): Promise<void> {
    const member = await this.#members.start();
    this.#running.set(member.presence, member);
  }

  async #end(presence: string, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const member = this.#running.get(presence);
    this.#running.delete(presence);
    await member?.end(signal);
  }

  /** Each device is held by one that runs, and does what it is told. */
  async #haveAll(): Promise<void> {
    await Promise.all(
      DEVICES.map((name) =>
        until(async () => this.#running.has(this.#holderOf(name)) && (await this.#asker.ask(name)) === "result", {
          what: `a holder of ${name}`,
        }).catch((error: unknown) => {
          const about = new RegExp(`/${name}/(claim|availability|error)|nodered/`);
          const said = this.#topics.messages.filter(({ topic }) => about.test(topic)).slice(-40);
          const told = said.map(({ topic, text }) => `${topic} ${text}`).join("\n");
          const latest = this.#asker.latest(name);
          const running = [...this.#running.keys()].join(", ");
          throw new Error(`${running} run; commands: ${latest}:\n${told}`, { cause: error });
        }),
      ),
    );
  }

  #holderOf(name: string): string {
    const claim = this.#topics.latest(`pikvm/${name}/claim`);
    return claim ? (JSON.parse(claim) as { presence: string }).presence : "";
  }

  async #close(): Promise<void> {
    await this.#asker.close();
    await this.#topics.close();
    await Promise.all([...this.#running.values()].map((member) => member.end("SIGKILL")));
    await this.#members.close();
    await this.#broker.stop();
  }
}
