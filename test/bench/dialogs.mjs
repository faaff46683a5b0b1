/**
 * `npm run compile && node test/bench/dialogs.mjs`: what it costs the editor to open each dialog, in milliseconds of the
 * page's processor time over one of Node-RED's own with hardly a field. The browser as in the tests.
 */
import { createRequire } from "node:module";
import path from "node:path";
import { median } from "./measure.mjs";

const require = createRequire(import.meta.url);
const built = (file) => require(path.resolve(import.meta.dirname, "../../dist", file));
const { ChildNodeRed } = built("test/harness/child-node-red.js");
const { device } = built("test/harness/flows.js");
const { startSimulator } = built("src/simulator/index.js");
const { Editor } = built("test/editor/editor.js");
const { NODE_SETS } = built("test/package/tarball.js");

const TIMES = 9;
const EMPTY = "comment";

const simulator = await startSimulator();
const nodeRed = await ChildNodeRed.start();
const types = [EMPTY, ...NODE_SETS.filter((name) => name !== "device").map((name) => `pikvm-${name}`)];
const place = { z: "tab", x: 200, y: 200, wires: [[], []] };
await nodeRed.deploy([
  { id: "tab", type: "tab", label: "dialogs" },
  device(simulator),
  ...types.map((type) => ({ id: type, type, ...place, device: "device" })),
]);
const editor = await Editor.open(nodeRed);
const devtools = await editor.page.context().newCDPSession(editor.page);
// Of the page's thread alone, so that what else the computer does changes little.
await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
const times = new Map();
for (const type of types) times.set(type, await medianOf(type));
for (const [type, time] of times) console.log(type.padEnd(20), (time - times.get(EMPTY)).toFixed(1).padStart(7), "ms");
await editor.close();
await nodeRed.stop();
await simulator.close();

async function medianOf(type) {
  const all = [];
  for (let time = 0; time < TIMES; time++) {
    const start = await worked();
    await editor.page.evaluate(async (id) => {
      RED.editor.edit(RED.nodes.node(id));
      while ($("#node-dialog-ok:visible").length === 0) await new Promise(requestAnimationFrame);
      // What is laid out is also drawn.
      await new Promise(requestAnimationFrame);
    }, type);
    all.push((await worked()) - start);
    await editor.page.locator("#node-dialog-cancel").click();
    await editor.page.locator("#node-dialog-cancel").waitFor({ state: "detached" });
    await editor.page.locator("#red-ui-editor-shade").waitFor({ state: "hidden" });
  }
  return median(all);
}

/** Milliseconds for which the page has worked so far. */
async function worked() {
  const { metrics } = await devtools.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration").value * 1000;
}
