/** Whether the heap stays as it is, however much was done. */
import { pause, startFleet } from "../fleet.mjs";
import { MIB, repeated } from "../measure.mjs";

export const title = "Memory";

/** Looks at the heap so often, the first time when a part of all is done. */
const LOOKS = 10;

export function rows({ short }) {
  const row = (text, work, count) => ({
    title: `heap after ${count.toLocaleString("en")} ${text}, against after a tenth of them`,
    fresh: true,
    warmUp: false,
    rounds: 1,
    measured: [work, { count }],
    absolute: { heapGrowth: { most: 2, mustHold: true } },
  });
  return [row("actions", "actions", short ? 5000 : 100_000), row("events", "events", short ? 50_000 : 1_000_000)];
}

export async function prepare(context) {
  const { tell } = context;
  const fleet = await startFleet(context);
  const { nodeRed } = fleet;
  await fleet.deploy({ kind: "package", devices: 1 });
  await fleet.listeners(1);
  const power = nodeRed.node("power 1");
  return {
    actions: ({ count }) =>
      grown(() => {
        const waiting = [];
        nodeRed.hear("sink", ({ payload }) => payload.action === "state" && waiting.shift()());
        const one = () =>
          new Promise((resolve) => {
            waiting.push(resolve);
            power.receive({ payload: "state" });
          });
        return repeated(one, { count: count / LOOKS, atOnce: 16 });
      }),
    events: ({ count }) =>
      grown(async () => {
        let left = count / LOOKS;
        const all = new Promise((resolve) =>
          nodeRed.hear("sink", ({ topic }) => {
            if (topic !== "hid") return;
            left -= 1;
            if (left === 0) resolve();
          }),
        );
        await tell("send", { count: left });
        await all;
      }),
  };
}

/** @returns by how many MiB the heap is larger at the end than after the first of many times. */
async function grown(work) {
  const heaps = [];
  for (let look = 0; look < LOOKS; look += 1) {
    await work();
    // What only waits for its turn is no leak.
    await pause(100);
    globalThis.gc();
    heaps.push(process.memoryUsage().heapUsed / MIB);
  }
  return { heapGrowth: heaps.at(-1) - heaps[0] };
}
