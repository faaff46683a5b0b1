/** How the cost grows with what there is, as plots: a line that bends upwards would be a limit that nobody has seen. */
import path from "node:path";
import { pause } from "../fleet.mjs";
import { MIB, repeated, timed } from "../measure.mjs";
import { startNodeRed } from "../node-red.mjs";
import { referenceNodes } from "../reference-nodes.mjs";

export const title = "Growth";

const CPU = "CPU, µs";
const PLACE = { z: "tab", x: 0, y: 0 };

/**
 * Each plot: `series` with its `job` for a place on the x axis; `from` where the cost of one is compared with that of the
 * last place.
 */
export function plots({ short }) {
  const along = (all, from, most = Infinity) => ({
    places: short ? all.filter((x, index) => (index % 2 === 0 || x === from) && x <= most) : all,
    from,
  });
  const devices = { title: "devices", ...along([1, 10, 50, 100, 200, 500, 1000], 50, 200) };
  const events = short ? 2000 : 8000;
  const seconds = short ? 1 : 4;
  return [
    {
      file: "devices-cpu",
      title: "Devices in one Node-RED, one event a second each",
      x: devices,
      y: { title: "% of a core", figure: "core" },
      series: [{ title: "events node", job: (count) => ["devices", { devices: count, seconds }] }],
    },
    {
      file: "devices-memory",
      title: "Memory of the devices in one Node-RED",
      x: devices,
      y: { title: "heap, MiB", figure: "heap" },
      series: [{ title: "device with an events node", job: (count) => ["heap", { devices: count }] }],
    },
    {
      file: "nodes-per-device",
      title: "Nodes that listen to one device",
      x: { title: "events nodes", ...along([1, 2, 5, 10, 20, 50, 100, 150, 200], 20) },
      y: { title: `${CPU} for an event in all of them`, figure: "cpu" },
      series: [{ title: "events nodes", job: (nodes) => ["nodes", { nodes, count: events / 8 }] }],
    },
    {
      file: "messages-at-once",
      title: "Messages at once through one node",
      x: { title: "messages at once", ...along([1, 2, 5, 10, 16, 50, 100, 200, 350, 500], 16) },
      y: { title: `${CPU} for all of them`, figure: "cpu" },
      series: [
        { title: "state read by a node", job: (atOnce) => ["messages", { who: "node", atOnce, count: events }] },
        { title: "undici Pool, two hops", job: (atOnce) => ["messages", { who: "hops", atOnce, count: events }] },
      ],
    },
    {
      file: "fan-out",
      title: "Wires from one events node",
      x: { title: "wires", ...along([1, 2, 3, 5, 8, 10, 12, 15, 18, 20], 5) },
      y: { title: `${CPU} for an event in all of them`, figure: "cpu" },
      series: [
        { title: "events node", job: (wires) => ["wires", { who: "events", wires, count: events }] },
        { title: "ws, JSON.parse, hops", job: (wires) => ["wires", { who: "socket", wires, count: events }] },
      ],
    },
  ];
}

export async function prepare({ checkout, stub, tell }) {
  const nodeRed = await startNodeRed(checkout, referenceNodes);
  const harness = (await import(path.join(checkout, "dist/test/harness/flows.js"))).default;
  const sinks = (names) => names.map((id) => ({ id, type: "bench-sink", ...PLACE, wires: [] }));
  const device = (number) =>
    harness.device(
      { url: `${stub.plain}/${number}` },
      { id: `device ${number}`, name: `PiKVM ${number}`, trust: "none" },
    );
  const listener = (number, more = {}) => {
    const wires = [["sink"], ["failed"]];
    return harness.node("pikvm-events", {
      id: `events ${number}`,
      device: `device ${number}`,
      ...LISTENS,
      wires,
      ...more,
    });
  };
  let deployed;
  async function deploy(key, flow, listeners) {
    if (deployed === key) return;
    deployed = key;
    await nodeRed.deploy([...flow, ...sinks(["sink", "failed"])]);
    while ((await tell("listeners")) !== listeners) await pause(20);
    await pause(200);
  }
  const fleet = (devices) => {
    const numbers = Array.from({ length: devices }, (_, index) => index + 1);
    return deploy(
      `devices ${devices}`,
      numbers.flatMap((number) => [device(number), listener(number)]),
      devices,
    );
  };
  /** Lets the one device report something. @returns what one costs until it was heard so many `times`. */
  async function reported(count, times) {
    const { cpu } = await timed(async () => {
      let left = count * times;
      const all = new Promise((resolve) => nodeRed.hear("sink", () => (left -= 1) === 0 && resolve()));
      await tell("send", { count });
      await all;
    });
    return { cpu: (cpu / count) * 1e6 };
  }
  return {
    async devices({ devices, seconds }) {
      await fleet(devices);
      nodeRed.hear("sink", () => undefined);
      await tell("pace", { perSecond: devices });
      const { cpu, seconds: length } = await timed(() => pause(seconds * 1000));
      await tell("pace");
      return { core: (100 * cpu) / length };
    },
    async heap({ devices }) {
      await fleet(devices);
      globalThis.gc();
      return { heap: process.memoryUsage().heapUsed / MIB };
    },
    async nodes({ nodes, count }) {
      const all = Array.from({ length: nodes }, (_, index) => listener(1, { id: `events ${index}` }));
      await deploy(`nodes ${nodes}`, [device(1), ...all], 1);
      return reported(count, nodes);
    },
    async wires({ who, wires, count }) {
      const to = [Array.from({ length: wires }, (_, index) => `sink ${index}`)];
      const own = { id: "socket", type: "bench-socket", url: `${stub.plain}/1`, ...PLACE, wires: to };
      const source = who === "socket" ? [own] : [device(1), listener(1, { wires: [...to, ["failed"]] })];
      await deploy(`wires ${who} ${wires}`, [...source, ...sinks(to[0])], 1);
      let left = 0;
      let done;
      for (const id of to[0]) nodeRed.hear(id, ({ topic }) => topic === "hid" && (left -= 1) === 0 && done());
      const { cpu } = await timed(async () => {
        left = count * wires;
        const all = new Promise((resolve) => (done = resolve));
        await tell("send", { count });
        await all;
      });
      return { cpu: (cpu / count) * 1e6 };
    },
    async messages({ who, atOnce, count }) {
      const state = harness.fields({ action: ["choice", "state"] });
      const wires = [["sink"], ["failed"]];
      await deploy(
        "messages",
        [
          device(1),
          harness.node("pikvm-atx-power", { id: "node", device: "device 1", ...state, wires }),
          { id: "hops", type: "bench-fetch", url: stub.plain, path: "/api/atx", ...PLACE, wires: [["sink"]] },
        ],
        0,
      );
      const waiting = [];
      nodeRed.hear("sink", () => waiting.shift()());
      const one = () =>
        new Promise((resolve) => {
          waiting.push(resolve);
          nodeRed.node(who).receive({ payload: "" });
        });
      const { cpu } = await repeated(one, { count: Math.max(count, 2 * atOnce), atOnce });
      return { cpu: cpu * atOnce };
    },
  };
}

const LISTENS = { mode: "state", kinds: ["hid"], connection: false };
