import { PiKVM } from "../../src/client";
import { startSimulator } from "../../src/simulator";
import { device, flow } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { Cable } from "./cable";
import { passed, type Passed, type Place } from "./course";
import { hastened } from "./fast-time";
import { Flows, ofProgram } from "./followers";
import { anyOutage, KINDS, type Outage } from "./outage";
import { faults, LONG, type Outcome } from "./suite";

const red = NodeRed.duringTests();
/** How much faster time passes. What is computed counts as so much longer. */
const HASTE = LONG ? 1 : 6;
/** Devices at a time. Of every fourth a flow is told, of the others a program. */
const DEVICES = LONG ? 128 : 16;
const LOGINS = ["headers", "session", "basic"] as const;
/** Seconds for a computer that has other things to do. What keeps a connection up does not wait so long. */
const PATIENT = { connectTimeout: 60, timeout: 60 };
/** Seconds in which a connection is back, mostly and always, and in which a silent one is found dead. */
const LIMITS = { mostly: 3, share: 0.99, always: 10, found: 25 };
/** Attempts in a minute: after a few at once, one a second where chance has it so; and those of the actions. */
const ATTEMPTS = 70;
/** In the log, for an outage. */
const LINES = 2;

faults("a device comes back, however it went", { short: 24, long: 1000 }, async (random, cases) => {
  const asUsual = hastened(HASTE);
  const bench = await Bench.start();
  try {
    return outcomeOf(await bench.run(Array.from({ length: cases }, () => anyOutage(random.branch()))));
  } finally {
    await bench.close();
    asUsual();
  }
});

interface Case {
  outage: Outage;
  went: Passed;
}

/** Devices, each with somebody who is connected to it. */
class Bench {
  readonly #places: Place[] = [];
  readonly #clients: PiKVM[] = [];

  static async start(): Promise<Bench> {
    const bench = new Bench();
    const flows = new Flows(red);
    for (let index = 0; index < DEVICES; index += 1) await bench.#add(index, flows);
    // Without a node that catches errors.
    await red.deploy(flow(...flows.nodes).filter(({ type }) => type !== "catch"));
    return bench;
  }

  async #add(index: number, flows: Flows): Promise<void> {
    const simulator = await startSimulator({ power: index % 2 === 0 });
    const cable = new Cable(simulator.port);
    await cable.listen();
    const auth = LOGINS[index % LOGINS.length] ?? "headers";
    const place = { simulator, cable, logins: auth === "session" ? 1 : 0 };
    const url = `https://127.0.0.1:${cable.port}`;
    if (index % 4 === 0) {
      const settings = { id: `device ${index}`, auth, connectTimeout: "60", timeout: "60" };
      this.#places.push({ ...place, follower: flows.add(device({ url, fingerprint: simulator.fingerprint }, settings)) });
    } else {
      const kvm = new PiKVM({ address: url, user: "admin", password: "admin", trust: simulator, auth, ...PATIENT });
      this.#clients.push(await kvm.open());
      this.#places.push({ ...place, follower: ofProgram(kvm) });
    }
  }

  /** Each device has its share of the outages, one after the other. */
  async run(outages: readonly Outage[]): Promise<Case[]> {
    const left = [...outages];
    const cases: Case[] = [];
    await Promise.all(
      this.#places.map(async (place) => {
        for (let outage = left.shift(); outage; outage = left.shift())
          cases.push({ outage, went: await passed(outage, place) });
      }),
    );
    return cases;
  }

  async close(): Promise<void> {
    await red.deploy([]);
    await Promise.all(this.#clients.map((kvm) => kvm.close()));
    await Promise.all(this.#places.map(({ cable }) => cable.close()));
    await Promise.all(this.#places.map(({ simulator }) => simulator.close()));
  }
}

function outcomeOf(cases: readonly Case[]): Outcome {
  const times = (name: "back" | "right" | "found") =>
    cases.flatMap(({ went }) => went[name] ?? []).sort((one, other) => one - other);
  const [back, right, found] = [times("back"), times("right"), times("found")];
  const perMinute = cases.map(({ outage, went }) => went.attempts / Math.max(1, outage.length / 60));
  const [attempts, lines] = [Math.max(...perMinute), Math.max(...cases.map(({ went }) => went.lines))];
  const limits: [boolean, string][] = [
    [attempts > ATTEMPTS, `${attempts} attempts in a minute`],
    [lines > LINES, `${lines} lines in the log`],
    // Times depend on how busy this computer is.
    [LONG && at(back, LIMITS.share) > LIMITS.mostly, `back within ${at(back, LIMITS.share)} s mostly`],
    [LONG && at(back, 1) > LIMITS.always, `back within ${at(back, 1)} s`],
    [LONG && at(found, 1) > LIMITS.found, `found dead within ${at(found, 1)} s`],
  ];
  const wrong = [
    ...cases.flatMap(({ outage, went }) => went.wrong.map((what) => `${JSON.stringify(outage)}: ${what}`)),
    ...limits.flatMap(([isBroken, what]) => (isBroken ? [what] : [])),
  ];
  const figures = {
    outages: KINDS.map((one) => `${cases.filter(({ outage: { kind } }) => kind === one).length} ${one}`).join(", "),
    "lost and regained": back.length,
    "back, s": spread(back),
    "right state, s": spread(right),
    "found dead, s": spread(found),
    "attempts in a minute, at most": attempts.toFixed(0),
    "lines in the log for an outage, at most": lines,
    wrong: wrong.length,
  };
  return { figures, wrong };
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;

const SHARES = { median: 0.5, "90 %": 0.9, "99 %": 0.99, all: 1 };

const spread = (sorted: readonly number[]): string =>
  Object.entries(SHARES).map(([name, share]) => `${name} ${at(sorted, share).toFixed(2)}`).join(", "); // prettier-ignore
