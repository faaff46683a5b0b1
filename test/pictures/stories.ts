import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { startSimulator } from "../../src/simulator";
import { startChild } from "../examples/child";
import { device } from "../harness/flows";
import { CHECKOUT, type FlowConfig } from "../harness/node-red";
import { pictureOfFlow, sharpEditor, type PathOf } from "./canvas";

/** Examples with a page of docs/cookbook. */
const STORIES = readdirSync(path.join(CHECKOUT, "docs/cookbook")).map((page) => path.basename(page, ".md"));

/** The flow of each story as the editor shows it. */
export async function takeStories(pathOf: PathOf): Promise<void> {
  const simulator = await startSimulator();
  const nodeRed = await startChild([{ id: "tab", type: "tab", label: "none" }]);
  try {
    const editor = await sharpEditor(nodeRed.url);
    for (const story of STORIES) {
      await deploy(nodeRed.url, ready(exampleOf(story), simulator));
      await editor.load(nodeRed);
      await pictureOfFlow(editor, pathOf(`${story}.png`));
    }
    await editor.close();
  } finally {
    await nodeRed.stop();
    await simulator.close();
  }
}

function exampleOf(name: string): FlowConfig {
  const files = readdirSync(path.join(CHECKOUT, "examples"), { recursive: true, encoding: "utf8" });
  const file = files.find((file) => path.basename(file, ".json") === name);
  if (file === undefined) throw new Error(`there is no example ${name}`);
  return JSON.parse(readFileSync(path.join(CHECKOUT, "examples", file), "utf8")) as FlowConfig; // as the editor wrote it
}

/** With what whoever imports it fills in, so that no node is marked as incomplete. */
function ready(flow: FlowConfig, simulator: Parameters<typeof device>[0]): FlowConfig {
  const filled = device(simulator);
  return flow.map((node) => {
    if (node.type === "pikvm-device") return { ...filled, id: node.id, name: node.name ?? "pikvm" };
    return node.type === "pikvm-hid-keys" ? { ...node, credentials: { secret: "open sesame" } } : node;
  });
}

async function deploy(url: string, flow: FlowConfig): Promise<void> {
  const headers = { "content-type": "application/json", "Node-RED-Deployment-Type": "full" };
  const response = await fetch(`${url}/flows`, { method: "POST", headers, body: JSON.stringify(flow) });
  if (!response.ok) throw new Error(`the flow was not deployed: HTTP ${response.status}`);
}
