/**
 * Lets time pass so many times as fast for all that runs in this process, whether client, Node-RED or simulated device:
 * what waits for minutes waits for seconds, and what tells the time agrees with it. Only what is computed takes as long
 * as ever, and therefore seems to take longer.
 * @returns what lets it pass as usual again.
 */
export function hastened(factor: number): () => void {
  // oxlint-disable-next-line typescript/no-require-imports -- the module itself, whose functions are replaced
  const promises = require("node:timers/promises") as {
    setTimeout: (ms?: number, ...more: unknown[]) => Promise<unknown>;
  };
  const { setTimeout, setInterval } = globalThis;
  const { setTimeout: sleep } = promises;
  const { now } = Date;
  const tick = performance.now.bind(performance);
  const [begin, date] = [tick(), now()];

  const sooner = <T extends typeof setTimeout | typeof setInterval>(begins: T): T =>
    Object.assign((work: () => void, ms = 0, ...more: []) => begins(work, ms / factor, ...more), begins);
  globalThis.setTimeout = sooner(setTimeout);
  globalThis.setInterval = sooner(setInterval);
  promises.setTimeout = (ms = 0, ...more) => sleep(ms / factor, ...more);
  performance.now = () => begin + (tick() - begin) * factor;
  Date.now = () => Math.floor(date + (tick() - begin) * factor);
  return () => {
    Object.assign(globalThis, { setTimeout, setInterval });
    promises.setTimeout = sleep;
    performance.now = tick;
    Date.now = now;
  };
}
