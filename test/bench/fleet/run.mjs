/**
 * `node run.mjs [checkout] [devices] [tls]`: what it costs Node-RED to deploy many devices, and to lose and regain them
 * all. Devices and Node-RED are processes of their own.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const [checkout = path.join(import.meta.dirname, "../../.."), count = "500", scheme = ""] = process.argv.slice(2);
const OUTAGES = (process.env.OUTAGES ?? "0.3,20,60").split(",").map(Number);
const devices = await start("device.mjs", [count, scheme]);
const nodeRed = await start("node-red.mjs", [checkout, process.env.CORE === undefined ? "" : ""]);
const { port } = devices.hello;
const flow = { count: Number(count), port, tls: scheme === "tls" };
const print = (title, figures) =>
  console.log(title.padEnd(22), Object.entries(figures).map(([name, value]) => `${name} ${told(value)}`).join("  ")); // prettier-ignore
const told = (value) =>
  typeof value === "object" ? `${told(value.max)} (p99 ${told(value.p99)})` : Math.round(10 * value) / 10;

try {
  if (process.env.CORE) print("deploy of core nodes", await nodeRed.ask({ order: "deploy", ...flow, core: true }));
  print("deploy", await nodeRed.ask({ order: "deploy", ...flow }));
  print("memory", await nodeRed.ask({ order: "memory" }));
  await nodeRed.ask({ order: "watch" });
  await sleep(10_000);
  print("10 s of events", await nodeRed.ask({ order: "seen" }));
  for (const down of OUTAGES) {
    await nodeRed.ask({ order: "watch" });
    await devices.ask({ restart: down });
    const since = performance.now();
    let back;
    for (;;) {
      back = await devices.ask({ report: true });
      if (back.sessions >= Number(count) || performance.now() - since > 120_000) break;
      await sleep(50);
    }
    const seconds = (performance.now() - since) / 1000;
    await sleep(1000);
    const { received, ...seen } = await nodeRed.ask({ order: "seen" });
    print(`down ${down} s`, { "all back after s": seconds, ...seen, "connects at device": back.connects, "of these in 1 s": back.rate, received }); // prettier-ignore
  }
} finally {
  devices.child.disconnect();
  nodeRed.child.disconnect();
}

async function start(file, args) {
  const execArgv = file === "node-red.mjs" ? ["--expose-gc", ...(process.env.PROFILE ? ["--cpu-prof"] : [])] : [];
  const child = fork(path.join(import.meta.dirname, file), args, { execArgv });
  child.on("exit", (code) => code && console.error(`${file} ended with ${code}`));
  const [hello] = await once(child, "message");
  const ask = async (message) => {
    child.send(message);
    return (await once(child, "message"))[0];
  };
  return { child, hello, ask };
}
