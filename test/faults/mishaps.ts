import type { Away } from "./away";
import type { Random } from "./random";

/** How long a device is away, in simulated ms. */
const AWAY = 30_000;

/** Something goes wrong with a device, or nothing. Resolves when it is over, but for faults, which have to be mended. */
export async function mishap(away: Away, at: number, random: Random): Promise<void> {
  const trials = [
    () => Promise.resolve(),
    () => Promise.resolve(),
    () => away.ask(at, { kind: "outage", ms: AWAY }),
    () => away.ask(at, { kind: "restart" }),
    () => away.ask(at, { kind: "expire" }),
    () => away.ask(at, { kind: "drop" }),
    () => away.ask(at, { kind: "fault", fault: { kind: "hang", times: 1 } }),
    () => away.ask(at, { kind: "fault", fault: { kind: "reset", times: 2 } }),
    () => away.ask(at, { kind: "fault", fault: { kind: "cut", times: 2 } }),
    () => away.ask(at, { kind: "fault", fault: { kind: "garbage", times: 2 } }),
    () => away.ask(at, { kind: "fault", fault: { kind: "proxy-error", times: 3 } }),
    () => away.ask(at, { kind: "fault", fault: { kind: "status", code: 409, times: 3 } }),
    () => away.ask(at, { kind: "fault", fault: { kind: "slow", bytesPerSecond: 1000, times: 1 } }),
  ];
  await random.pick(trials)();
}
