/**
 * A Node-RED in this process, with this package as a checkout has it, set up as the tests do.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");
/** What is compared with stays here, and what a bridge needs; all else that takes time to read is left out. */
const NEEDED = ["10-mqtt.js", "21-httprequest.js", "22-websocket.js", "70-JSON.js"];

/**
 * @param checkout - whose nodes; none when absent.
 * @param ownNodes - makes nodes of the bench's own: `referenceNodes`, where they are needed.
 * @returns Node-RED, which deploys flows.
 */
export async function startNodeRed(checkout, ownNodes = () => ({})) {
  const require = createRequire(path.join(ROOT, "package.json"));
  const red = require("node-red");
  const { RARE_NODES, SETTINGS } = require("./dist/test/harness/node-red.js");
  const userDir = await mkdtemp(path.join(tmpdir(), "pikvm-bench-"));
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  red.init(server, {
    ...SETTINGS,
    userDir,
    nodesDir: checkout === undefined ? [] : [checkout],
    nodesExcludes: RARE_NODES.filter((name) => !NEEDED.includes(name)),
    logging: { console: { level: "off" } },
  });
  const started = () => new Promise((resolve) => red.events.once("flows:started", resolve));
  const begun = started();
  await red.start();
  await begun;
  const heard = new Map();
  for (const [type, constructor] of Object.entries(ownNodes(red, heard))) {
    red.nodes.registerType("node-red-contrib-pikvm-bench", type, constructor);
  }
  return {
    /** Resolves when the new flow runs. */
    async deploy(flow) {
      const running = started();
      await red.runtime.flows.setFlows({ flows: { flows: [TAB, ...flow] }, deploymentType: "full" });
      await running;
    },
    node: (id) => red.nodes.getNode(id),
    /** From now on whatever comes to this sink is handed to `hear`, also that of later flows. */
    hear: (id, hear) => void heard.set(id, hear),
    async stop() {
      await red.stop();
      server.closeAllConnections();
      server.close();
      await rm(userDir, { recursive: true, force: true });
    },
  };
}

const TAB = { id: "tab", type: "tab", label: "bench" };
