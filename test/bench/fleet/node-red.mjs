/**
 * A Node-RED with this package, in a process of its own, told by messages what to do; it answers each with a message.
 * `node node-red.mjs <checkout> [without]`: of which checkout, and whether without this package.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { flowOf } from "./flow.mjs";

const [checkout, without] = process.argv.slice(2);
const red = createRequire(path.join(checkout, "package.json"))("node-red/lib/red.js");
const userDir = mkdtempSync(path.join(tmpdir(), "pikvm-bench-"));
const MS = 1e6;
const installed = path.join(userDir, "node_modules");
mkdirSync(installed);
if (!without) symlinkSync(path.resolve(checkout), path.join(installed, "node-red-contrib-pikvm"));

/** When each connection to a device was begun. */
let begun = [];
const connect = Socket.prototype.connect;
Socket.prototype.connect = function (...args) {
  begun.push(performance.now());
  return connect.apply(this, args);
};

const received = { count: 0 };
const server = createServer();
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
globalThis.gc?.();
const before = { at: performance.now(), cpu: process.cpuUsage(), ...process.memoryUsage() };
red.init(server, {
  userDir,
  credentialSecret: false,
  httpAdminRoot: "/",
  httpNodeRoot: "/node",
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false },
  logging: { console: { level: "off" } },
});
const { promise: ready, resolve: isReady } = Promise.withResolvers?.() ?? deferred();
red.events.once("flows:started", isReady);
await red.start();
await ready;
red.hooks.add("onSend", (events) => void (received.count += events.length));
const statuses = { count: 0 };
red.events.on("node-status", () => (statuses.count += 1));

const loop = monitorEventLoopDelay({ resolution: 1 });
/**
 * Milliseconds of the processor between two looks a millisecond apart: on a computer that others use, too, how long the
 * loop was blocked by us.
 */
const busy = { looking: undefined, spans: [], start: undefined, from: 0 };

function look() {
  loop.reset();
  loop.enable();
  busy.spans = [];
  busy.start = process.cpuUsage();
  busy.from = performance.now();
  let last = busy.start;
  busy.looking = setInterval(() => {
    const now = process.cpuUsage();
    busy.spans.push((now.user + now.system - last.user - last.system) / 1000);
    if (process.env.SPANS && busy.spans.at(-1) > 25) console.log(Math.round(performance.now() - busy.from), busy.spans.at(-1));
    last = now;
  }, 1);
}

/** Of the time since `look`. */
function looked() {
  loop.disable();
  clearInterval(busy.looking);
  const { user, system } = process.cpuUsage(busy.start);
  const spans = busy.spans.sort((a, b) => a - b);
  const delay = { max: loop.max / MS, p99: loop.percentile(99) / MS };
  const ours = { max: spans.at(-1) ?? 0, p99: spans[Math.floor(spans.length * 0.99)] ?? 0 };
  return { delay, ours, cpu: (user + system) / 10 / (performance.now() - busy.from) };
}

const ORDERS = {
  async deploy({ count, port, tls, core }) {
    const flows = flowOf({ count, port, tls, core });
    globalThis.gc?.();
    begun = [];
    statuses.count = 0;
    look();
    const at = performance.now();
    const started = new Promise((resolve) => red.events.once("flows:started", resolve));
    await red.runtime.flows.setFlows({ flows: { flows }, deploymentType: "full" });
    await started;
    const took = performance.now() - at;
    await new Promise((resolve) => setTimeout(resolve, 20_000));
    return { took, ...looked(), statuses: statuses.count, ...connects() };
  },
  watch() {
    begun = [];
    received.count = 0;
    look();
  },
  seen() {
    return { ...looked(), ...connects(), received: received.count };
  },
  memory() {
    globalThis.gc?.();
    return { rss: process.memoryUsage().rss, heap: process.memoryUsage().heapUsed };
  },
};

/** Connections that were begun, and the most of them in any second. */
function connects() {
  let most = 0;
  for (let first = 0, next = 0; next < begun.length; next += 1) {
    while (begun[next] - begun[first] >= 1000) first += 1;
    most = Math.max(most, next - first + 1);
  }
  return { begun: begun.length, rate: most };
}

process.on("message", async ({ order, ...rest }) => process.send((await ORDERS[order](rest)) ?? {}));
process.on("disconnect", async () => {
  await red.stop();
  rmSync(userDir, { recursive: true, force: true });
  process.exit();
});
globalThis.gc?.();
const { user, system } = process.cpuUsage(before.cpu);
const { rss, heapUsed } = process.memoryUsage();
const MIB = 1024 * 1024;
process.send({
  seconds: (performance.now() - before.at) / 1000,
  cpu: (user + system) / 1e6,
  rss: (rss - before.rss) / MIB,
  heap: (heapUsed - before.heapUsed) / MIB,
});

function deferred() {
  const parts = {};
  parts.promise = new Promise((resolve) => (parts.resolve = resolve));
  return parts;
}
