import type { Node, NodeAPI, NodeCredentials, NodeDef, NodeMessage, NodeMessageInFlow, NodeStatus } from "node-red";

export type { NodeAPI, NodeCredentials, NodeDef, NodeStatus };

/** A message on its way through a flow, with whatever properties the flow gave it. */
export type Message = NodeMessageInFlow & Record<string, unknown>;

export type Send = (message: NodeMessage | (NodeMessage | null)[]) => void;
export type Done = (error?: Error) => void;

/** A node of the flow, with what Node-RED's types leave out. */
export interface FlowNode<Credentials extends object = object> extends Node<Credentials> {
  /** For each output the ids of the nodes wired to it, as they are now. */
  wires?: string[][];
  /** Inside an instance of a subflow: the id that the node has in the editor. */
  _alias?: string;
}

/** Words of the locale files that several nodes share. They live in the catalogue of the device node. */
export function commonWord(RED: NodeAPI, key: string, values: Record<string, string> = {}): string {
  return RED._(`node-red-contrib-pikvm/device:common.${key}`, values);
}
