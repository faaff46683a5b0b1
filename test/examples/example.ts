import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Simulator } from "../../src/simulator";
import { CHECKOUT, type FlowConfig } from "../harness/node-red";

const FOLDER = path.join(CHECKOUT, "examples");

/** Paths as the editor's menu has them: `1 - stories/fleet.json`. */
export const EXAMPLES = readdirSync(FOLDER)
  .flatMap((folder) => readdirSync(path.join(FOLDER, folder)).map((file) => `${folder}/${file}`))
  .sort();

export function readFlow(file: string): FlowConfig {
  return JSON.parse(readFileSync(file, "utf8")) as FlowConfig; // a flow file is a list of nodes
}

/** @param file its path, or its name alone. */
export function example(file: string): FlowConfig {
  return readFlow(pathOf(file));
}

export function pathOf(file: string): string {
  const [found = "", ...more] = EXAMPLES.filter((path) => path === file || path.endsWith(`/${file}`));
  if (!found || more.length > 0) throw new Error(`${file} is ${found ? "more than one example" : "no example"}`);
  return path.join(FOLDER, found);
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
