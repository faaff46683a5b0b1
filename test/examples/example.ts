import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Simulator } from "../../src/simulator";
import { CHECKOUT, type FlowConfig } from "../harness/node-red";

const FOLDER = path.join(CHECKOUT, "examples");

export const EXAMPLES = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));

export function readFlow(file: string): FlowConfig {
  return JSON.parse(readFileSync(file, "utf8")) as FlowConfig; // a flow file is a list of nodes
}

export function example(file: string): FlowConfig {
  return readFlow(path.join(FOLDER, file));
}

type Filled = Pick<Simulator, "url" | "fingerprint">;

/**
 * The flow after a person has filled in the device, with the credentials inline as the editor sends them.
 * @param simulator for all devices, or what answers the one of the device with this name.
 */
export function filledIn(flow: FlowConfig, simulator: Filled | ((name: unknown) => Filled)): FlowConfig {
  return flow.map((node) => {
    if (node.type !== "pikvm-device") return node;
    const { url, fingerprint } = typeof simulator === "function" ? simulator(node["name"]) : simulator;
    return { ...node, address: url, fingerprint, credentials: { password: "admin" } };
  });
}

/** The id of the one node with this type and name (a comment's, an inject's, ...). */
export function idOf(flow: FlowConfig, type: string, name: string): string {
  const [found, ...more] = flow.filter((node) => node.type === type && (node["name"] || node["label"]) === name);
  if (!found || more.length > 0) throw new Error(`the flow has ${more.length + (found ? 1 : 0)} nodes ${type} "${name}"`);
  return found.id;
}
