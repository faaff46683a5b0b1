/** What the device reports, of about 300 bytes each and each with another value, on its way into a flow. */
import path from "node:path";
import { percentiles, timed } from "../measure.mjs";
import { startNodeRed } from "../node-red.mjs";
import { referenceNodes } from "../reference-nodes.mjs";

export const title = "Events";

/** What differs from one to the next. */
const PROPERTY = "hid.keyboard.leds.caps";
const SOCKET = "ws, JSON.parse, one hop";

export function rows({ short }) {
  const count = short ? 10_000 : 40_000;
  const paced = { perSecond: 1000, seconds: short ? 2 : 5 };
  const into = (mode, least, core = []) => ({
    title: `events into a flow, ${mode}`,
    measured: ["flood", { mode, count }],
    against: [
      { title: SOCKET, job: ["flood", { mode: "socket", count }], ratios: { rate: { least }, cpu: {} } },
      ...core,
    ],
  });
  const core = {
    title: "core websocket in, json",
    job: ["flood", { mode: "core", count }],
    ratios: { rate: {}, cpu: {} },
  };
  return [
    into("raw", 0.85, [core]),
    into("state", 0.75),
    into("changes", 0.7),
    {
      title: "one way into a flow at 1,000 events a second, raw",
      measured: ["paced", { mode: "raw", ...paced }],
      against: [
        {
          title: SOCKET,
          job: ["paced", { mode: "socket", ...paced }],
          ratios: { p50: { most: 1.25 }, p99: { most: 1.2 }, cpu: {} },
        },
      ],
    },
  ];
}

export async function prepare({ checkout, stub, tell }) {
  const nodeRed = await startNodeRed(checkout, referenceNodes);
  const harness = await import(path.join(checkout, "dist/test/harness/flows.js"));
  const { device, node } = harness.default;
  const place = { z: "tab", x: 0, y: 0 };
  const to = (id) => ({ ...place, wires: [[id]] });
  // Each has a device of its own, so that nobody else hears what is measured.
  const MODES = ["raw", "state", "changes", "socket", "core"];
  const url = (mode) => `${stub.plain}/${MODES.indexOf(mode)}`;
  const listener = (mode, more) => [
    device({ url: url(mode) }, { id: `device ${mode}`, name: mode, trust: "none" }),
    node("pikvm-events", { id: mode, device: `device ${mode}`, mode, ...more, wires: [[`sink ${mode}`], ["failed"]] }),
  ];
  const client = `${url("core").replace("http", "ws")}/api/ws?stream=0`;
  // Every session begins with the full states.
  const first = Promise.all(MODES.map((mode) => events(mode, 1)));
  nodeRed.hear("failed", ({ error }) => {
    throw new Error(error.message);
  });
  await nodeRed.deploy([
    ...listener("raw", { kinds: ["hid"] }),
    ...listener("state", { kinds: ["hid"] }),
    ...listener("changes", { properties: [PROPERTY] }),
    { id: "socket", type: "bench-socket", url: url("socket"), ...to("sink socket") },
    { id: "client", type: "websocket-client", path: client, wholemsg: "false", hb: "0", subprotocol: "", headers: [] },
    { id: "core", type: "websocket in", client: "client", server: "", ...to("json") },
    { id: "json", type: "json", property: "payload", action: "obj", pretty: false, ...to("sink core") },
    ...[...MODES.map((mode) => `sink ${mode}`), "failed"].map((id) => ({
      id,
      type: "bench-sink",
      ...place,
      wires: [],
    })),
  ]);
  await first;

  /** Resolves when so many have come into the flow. */
  function events(mode, count) {
    return new Promise((resolve) => {
      let left = count;
      nodeRed.hear(`sink ${mode}`, ({ topic, payload }) => {
        if (!isReported(topic ?? payload.event_type)) return;
        left -= 1;
        if (left === 0) resolve();
      });
    });
  }
  return {
    async flood({ mode, count }) {
      const { seconds, cpu } = await timed(async () => {
        const all = events(mode, count);
        await tell("send", { count, device: MODES.indexOf(mode) });
        await all;
      });
      return { rate: count / seconds, cpu: (cpu / count) * 1e6 };
    },
    async paced({ mode, perSecond, seconds }) {
      const times = [];
      nodeRed.hear(`sink ${mode}`, ({ payload: { sent } }) => sent && times.push(now() - sent));
      const { cpu } = await timed(async () => {
        await tell("pace", { perSecond, device: MODES.indexOf(mode), stamped: true });
        await pause(seconds * 1000);
        await tell("pace");
      });
      return { ...percentiles(times), cpu: (cpu / times.length) * 1e6 };
    },
  };
}

const isReported = (topic) => topic === "hid" || topic === PROPERTY;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
/** As the stand-in stamps what it sends, in milliseconds. */
const now = () => Number(process.hrtime.bigint()) / 1e6;
