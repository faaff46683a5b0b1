/** Many devices in one Node-RED, for the subjects that have them. */
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { startNodeRed } from "./node-red.mjs";
import { referenceNodes } from "./reference-nodes.mjs";

/** Milliseconds. */
const RESOLUTION = 1;
const PLACE = { z: "tab", x: 0, y: 0 };
/** Seconds after which it is clear that they will not all come. */
const TOO_LATE = 120;

/** @returns Node-RED with a flow for so many devices, of a `kind` of `KINDS`. */
export async function startFleet({ checkout, stub, tell }) {
  const nodeRed = await startNodeRed(checkout, referenceNodes);
  const harness = (await import(path.join(checkout, "dist/test/harness/flows.js"))).default;
  const counts = { failed: 0 };
  nodeRed.hear("failed", () => (counts.failed += 1));
  return {
    nodeRed,
    /** @param more - nodes that all devices share. */
    async deploy({ kind, devices, way = "tls", more = [] }) {
      const flow = Array.from({ length: devices }, (_, index) => KINDS[kind](harness, stub, way, index + 1)).flat();
      const sinks = ["sink", "failed"].map((id) => ({ id, type: "bench-sink", ...PLACE, wires: [] }));
      await nodeRed.deploy([...flow, ...sinks, ...more]);
    },
    /** Until so many listen. @returns whether they came. */
    async listeners(count) {
      const end = performance.now() + TOO_LATE * 1000;
      while (performance.now() < end) {
        if ((await tell("listeners")) === count) return true;
        await pause(50);
      }
      return false;
    },
  };
}

const KINDS = {
  /** A device with four nodes: two that listen, and two that wait for messages. */
  package({ device, node }, stub, way, number) {
    const own = { device: `device ${number}` };
    const listener = (mode, more) =>
      node("pikvm-events", { ...own, id: `${mode} ${number}`, mode, ...more, wires: [["sink"], ["failed"]] });
    return [
      deviceOf(device, stub, way, number),
      listener("changes", { properties: ["hid.keyboard.leds.caps"] }),
      listener("state", { kinds: ["hid"] }),
      node("pikvm-atx-power", { ...own, id: `power ${number}`, wires: [["sink"], ["failed"]] }),
      node("pikvm-hid-keys", { ...own, id: `keys ${number}`, wires: [["sink"], ["failed"]] }),
    ];
  },
  /** A device that Node-RED has on a broker. */
  bridge({ device, node }, stub, way, number) {
    const own = { id: `bridge ${number}`, device: `device ${number}`, broker: "broker", wires: [[], ["failed"]] };
    return [deviceOf(device, stub, way, number), node("pikvm-mqtt-bridge", own)];
  },
  /** The same, whose events go into a flow instead. */
  events({ device, node }, stub, way, number) {
    const own = { id: `events ${number}`, device: `device ${number}`, mode: "changes", wires: [["sink"], ["failed"]] };
    return [
      deviceOf(device, stub, way, number),
      node("pikvm-events", { ...own, properties: ["hid.keyboard.leds.caps"] }),
    ];
  },
  /** As many nodes, of which one listens without the package. */
  socket(_, stub, way, number) {
    const nothing = (name) => ({ id: `${name} ${number}`, type: "bench-nothing", ...PLACE, wires: [[]] });
    const url = `${stub[way]}/${number}`;
    return [
      { id: `socket ${number}`, type: "bench-socket", url, ca: stub.ca, ...PLACE, wires: [["sink"]] },
      ...["a", "b", "c", "d"].map(nothing),
    ];
  },
};

function deviceOf(device, stub, way, number) {
  const trust = way === "tls" ? { fingerprint: stub.fingerprint } : { trust: "none" };
  return device({ url: `${stub[way]}/${number}` }, { id: `device ${number}`, name: `PiKVM ${number}`, ...trust });
}

/**
 * Looks at how long the event loop of this process is blocked.
 * @returns ends it, with the time that is lost, in milliseconds: `loop` as p99, `block` at most; `blockCpu` is what was
 * computed meanwhile at most, which other processes of a busy computer do not change.
 */
export function watchedLoop() {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION });
  let before = process.cpuUsage();
  let blockCpu = 0;
  const looking = setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    blockCpu = Math.max(blockCpu, (user + system) / 1000);
  }, RESOLUTION);
  delays.enable();
  const lost = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION);
  return () => {
    clearInterval(looking);
    delays.disable();
    return { loop: lost(delays.percentile(99)), block: lost(delays.max), blockCpu };
  };
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
