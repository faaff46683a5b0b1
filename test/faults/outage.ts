import { setTimeout as sleep } from "node:timers/promises";
import type { Simulator } from "../../src/simulator";
import type { Cable } from "./cable";
import type { Random } from "./random";

/**
 * How a device goes away. `stop`: kvmd ends and says goodbye, and its web server says that it is not there. `kill`:
 * connections are reset, and new ones refused. `gone`: nothing arrives any more, in either direction. `half-open`: the
 * device has forgotten its connections without a word, and takes new ones.
 */
export const KINDS = ["stop", "kill", "gone", "half-open"] as const;

export interface Outage {
  kind: (typeof KINDS)[number];
  /** Seconds. */
  length: number;
  /** Seconds until it begins. */
  after: number;
  /** How often the computer is switched on or off meanwhile. */
  changes: number;
}

/** Seconds: most outages are of a restart, few are longer than the link tries often. */
const LENGTHS = { least: 0.05, most: 60, long: 150 };
/** Seconds of silence that a connection survives, and that none does; what is in between depends on who spoke last. */
const SILENCE = { survived: 8, deadly: 22 };

/** Whether a connection is to survive it. */
export const isSurvived = ({ kind, length }: Outage): boolean => kind === "gone" && length <= SILENCE.survived;

export function anyOutage(random: Random): Outage {
  const { least, most, long } = LENGTHS;
  const kind = random.pick(KINDS);
  // As many short ones as long ones.
  const any = random.next() < 0.005 ? long : least * (most / least) ** random.next();
  const length = any > SILENCE.survived && any < SILENCE.deadly ? SILENCE.deadly : any;
  return {
    kind,
    length: kind === "half-open" ? Math.min(length, 5) : length,
    after: random.next() < 0.2 ? 0.2 * random.next() : 5 * random.next(),
    changes: random.below(3),
  };
}

/** Lets a device be away. Resolves when it is back. */
export async function happen(outage: Outage, simulator: Simulator, cable: Cable): Promise<void> {
  const meanwhile = async (): Promise<void> => {
    for (let change = 0; change < outage.changes; change += 1) {
      await sleep((outage.length * 1000) / (outage.changes + 1));
      simulator.host.power = !simulator.host.power;
    }
    await sleep((outage.length * 1000) / (outage.changes + 1));
  };
  switch (outage.kind) {
    case "stop":
      await Promise.all([simulator.restart({ downFor: outage.length * 1000 }), meanwhile()]);
      break;
    case "kill":
      simulator.kill();
      cable.unplug();
      await meanwhile();
      await simulator.restart();
      cable.appear();
      break;
    case "gone":
      cable.vanish();
      await meanwhile();
      cable.appear();
      break;
    case "half-open":
      cable.strand();
      simulator.kill();
      await meanwhile();
      await simulator.restart();
      break;
  }
}
