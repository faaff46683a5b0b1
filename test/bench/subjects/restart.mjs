/** 500 devices over TLS, as after a power cut: they are gone at once, and answer at once. */
import { pause, startFleet, watchedLoop } from "../fleet.mjs";

export const title = "Many devices restart";

export function rows({ short }) {
  const devices = short ? 200 : 500;
  return (short ? [0.3] : [0.3, 20]).map((outage) => ({
    title: `${devices} devices restart, gone for ${outage} s`,
    fresh: true,
    warmUp: false,
    rounds: short ? 1 : 3,
    measured: ["restart", { devices, outage }],
    absolute: { connects: { most: 80 }, loop: { most: 30 }, block: { most: 60 }, blockCpu: {}, all: { most: 20 } },
  }));
}

export async function prepare(context) {
  const { tell } = context;
  const fleet = await startFleet(context);
  return {
    async restart({ devices, outage }) {
      await fleet.deploy({ kind: "package", devices });
      if (!(await fleet.listeners(devices))) throw new Error("they do not all listen");
      // What the deploy has left.
      globalThis.gc();
      await pause(1000);
      const loop = watchedLoop();
      await tell("stop");
      await pause(outage * 1000);
      await tell("start");
      const start = performance.now();
      const isBack = await fleet.listeners(devices);
      const all = isBack ? (performance.now() - start) / 1000 : Infinity;
      return { ...loop(), all, connects: mostInASecond(await tell("connects")) };
    },
  };
}

/** @param times - milliseconds, in order. */
function mostInASecond(times) {
  let first = 0;
  let most = 0;
  for (const [index, time] of times.entries()) {
    while (times[first] < time - 1000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
