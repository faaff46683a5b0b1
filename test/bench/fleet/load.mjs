/**
 * `node load.mjs [checkout] [rounds]`: what the package, with nothing of it deployed, adds to the start of a Node-RED:
 * milliseconds of the processor and MiB. With and without it in turn.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { median } from "../measure.mjs";

const [checkout = path.join(import.meta.dirname, "../../.."), rounds = "7"] = process.argv.slice(2);
const costs = { with: [], without: [] };
for (let round = 0; round < Number(rounds); round += 1) {
  costs.without.push(await cost("without"));
  costs.with.push(await cost());
}
const added = (part) => median(costs.with.map((c) => c[part])) - median(costs.without.map((c) => c[part]));
console.log(`adds ${(1000 * added("cpu")).toFixed(0)} ms of the processor, ${added("heap").toFixed(1)} MiB of heap, ${added("rss").toFixed(1)} MiB resident`); // prettier-ignore

async function cost(...args) {
  const options = { execArgv: ["--expose-gc"] };
  const child = fork(path.join(import.meta.dirname, "node-red.mjs"), [checkout, ...args], options);
  const [figures] = await once(child, "message");
  child.disconnect();
  await once(child, "exit");
  return figures;
}
