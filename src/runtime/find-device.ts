import { ConfigurationError } from "../client";
import { devicesCalled, runningDevices, type Device } from "./device";
import type { FlowNode, NodeAPI } from "./red";

/**
 * The running device that a message names to a node. One of the node's own flow, which may be an instance of a
 * subflow, is nearer than one of the flows around that, than a global one, and than one of another flow.
 * @param name or id; for a device inside a subflow also the id that it has there in the editor.
 * @throws ConfigurationError when there is none, or more than one is the nearest.
 */
export function deviceByName(RED: NodeAPI, node: FlowNode, name: string): Device {
  const [device, ...others] = nearest(RED, node, name);
  if (device && others.length === 0) return device;
  if (!device) {
    const text = `msg.pikvm: "${name}" is no configured device. There are: ${namesAround(RED, node)}.`;
    throw new ConfigurationError(text, { code: "NOT_CONFIGURED" });
  }
  const ids = [device, ...others].map(({ id }) => id).join(", ");
  const text = `msg.pikvm: "${name}" is the name of more than one device. Give each its own, or use an id: ${ids}.`;
  throw new ConfigurationError(text, { code: "AMBIGUOUS_DEVICE" });
}

/** What `msg.pikvm` says of a device that a node has used: what the next node finds it by. */
export function nameFor(RED: NodeAPI, node: FlowNode, device: Device): string {
  const found = nearest(RED, node, device.name);
  return found.length === 1 && found[0] === device ? device.name : device.id;
}

function nearest(RED: NodeAPI, node: FlowNode, name: string): readonly Device[] {
  const devices = devicesCalled(name);
  if (devices.length < 2) return devices;
  const byId = devices.filter(({ id }) => id === name);
  return byId.length > 0 ? byId : (byDistance(RED, node, devices).find(({ length }) => length > 0) ?? []);
}

/** Devices in groups, the nearest first. */
function byDistance(RED: NodeAPI, node: FlowNode, devices: readonly Device[]): Device[][] {
  const flows = [...flowsAround(RED, node), undefined];
  const near = flows.map((flow) => devices.filter((device) => device.flow === flow));
  return [...near, devices.filter(({ flow }) => !flows.includes(flow))];
}

/** The ids of the flow in which a node is and, for an instance of a subflow, of those in which that is. */
function flowsAround(RED: NodeAPI, node: FlowNode): string[] {
  const flows: string[] = [];
  // The node of an instance has the instance's id; a tab has no node.
  for (let at: FlowNode | null = node; at?.z; at = RED.nodes.getNode(at.z) as FlowNode | null) flows.push(at.z);
  return flows;
}

function namesAround(RED: NodeAPI, node: FlowNode): string {
  const devices = byDistance(RED, node, [...runningDevices]).flat();
  return devices.map((device) => nameFor(RED, node, device)).join(", ") || "none";
}
