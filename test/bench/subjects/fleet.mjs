/** 500 devices over TLS, each with four nodes, of which two listen; each device reports something once a second. */
import { pause, startFleet, watchedLoop } from "../fleet.mjs";
import { timed } from "../measure.mjs";

export const title = "Many devices";

export function rows({ short }) {
  const devices = short ? 200 : 500;
  const seconds = short ? 3 : 15;
  const common = { fresh: true, warmUp: false, rounds: short ? 1 : 3 };
  const at = (way) => (way === "tls" ? "" : ", plain");
  const memory = (way) => ({
    ...common,
    title: `memory of a device and its four nodes${at(way)}`,
    measured: ["memory", { kind: "package", devices, way }],
    against: [{ title: "a socket of ws", job: ["memory", { kind: "socket", devices, way }], ratios: { device: {} } }],
    absolute: { device: { most: 156 }, deviceRss: {} },
  });
  const limit = (work, ratios, more) => ({ title: "sockets of ws", job: [work, { kind: "socket", devices, ...more }], ratios }); // prettier-ignore
  return [
    {
      ...common,
      title: `${devices} devices and ${devices * 4} nodes deployed`,
      measured: ["deploy", { kind: "package", devices }],
      against: [limit("deploy", { block: {}, blockCpu: {} })],
      absolute: { block: { most: 150 }, all: {} },
    },
    {
      ...common,
      title: `${devices} devices, an event a second each`,
      measured: ["events", { kind: "package", devices, seconds }],
      against: [limit("events", { core: {} }, { seconds })],
      absolute: { core: { most: (8.7 * devices) / 500 }, loop: { most: 6 } },
    },
    memory("tls"),
    memory("plain"),
  ];
}

export async function prepare(context) {
  const fleet = await startFleet(context);
  const { tell } = context;
  async function deployed({ kind, devices, way }) {
    await fleet.deploy({ kind, devices, way });
    if (!(await fleet.listeners(devices))) throw new Error("they do not all listen");
  }
  return {
    async deploy(options) {
      // What is compiled at the first deploy, and what an empty one costs, is not counted.
      await fleet.deploy({ kind: options.kind, devices: 1 });
      await fleet.listeners(1);
      const loop = watchedLoop();
      const start = performance.now();
      await deployed(options);
      const { block, blockCpu } = loop();
      return { block, blockCpu, all: (performance.now() - start) / 1000 };
    },
    async events({ devices, seconds, ...options }) {
      await deployed({ devices, ...options });
      // Devices are there for days: what is compiled with the first events is not counted.
      await tell("send", { count: 100 });
      await pause(4000);
      await tell("pace", { perSecond: devices });
      await pause(2000);
      const { cpu, seconds: length } = await timed(() => pause(seconds * 1000));
      // Watching the loop takes a little of it.
      const loop = watchedLoop();
      await pause(seconds * 1000);
      const figures = { core: (100 * cpu) / length, ...loop() };
      await tell("pace");
      return figures;
    },
    async memory({ devices, ...options }) {
      await deployed({ devices: 10, ...options });
      const before = used();
      await deployed({ devices, ...options });
      await tell("send", { count: 2 });
      await pause(500);
      const after = used();
      const each = (key) => (after[key] - before[key]) / 1024 / (devices - 10);
      return { device: each("heap"), deviceRss: each("rss") };
    },
  };
}

function used() {
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
}
