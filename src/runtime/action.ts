import type { PiKVM } from "../client";
import type { ActionConfig } from "../config";
import { ActionNode } from "./action-node";
import type { Field } from "./fields";
import type { FlowNode, NodeAPI, NodeDef } from "./red";

/** What the fields of a dialog evaluate to, by name. */
export type Values = Record<string, unknown>;

/** How far a long piece of work is. */
export interface Progress {
  done: number;
  /** Absent when it is not known. */
  total?: number | undefined;
  /** What is counted, e.g. `characters`; for `bytes` the rate is told too. */
  unit: string;
}

/** One message's work. */
export interface Work<V extends Values> {
  pikvm: PiKVM;
  /** Read a field only when the action uses it: a value that cannot be used throws when it is read. */
  fields: Readonly<V>;
  /** Whether a field is left empty in the dialog on purpose; a message without the value that it should bring is something else. */
  isBlank: (field: keyof V & string) => boolean;
  /** Ends when the flow cancels or the node is closed. Hand it to every call. */
  signal: AbortSignal;
  /** Shows how far it is, and tells the flow where the dialog asks for it. */
  progress: (progress: Progress) => void;
}

/** What an action node reads, and what it does. Everything else is the engine's. */
export interface Action<V extends Values> {
  /** By the names of `src/config.ts`. */
  fields: { [Name in keyof V]: Field<V[Name]> };
  /** Secrets of the node itself. */
  credentials?: Record<string, { type: "password" }>;
  /** @returns the `msg.payload` of the result. */
  perform: (work: Work<V>) => Promise<unknown>;
}

/** The config of an action node: each field is stored as its value and its type. */
export type StoredAction = NodeDef & ActionConfig & { progress?: boolean } & Record<string, unknown>;

/** A Node-RED module for one action node. */
export function defineAction<V extends Values>(type: string, action: Action<V>): (RED: NodeAPI) => void {
  return (RED) => {
    RED.nodes.registerType(
      type,
      function (this: FlowNode, config: StoredAction) {
        RED.nodes.createNode(this, config);
        new ActionNode(RED, this, config, action).listen();
      },
      action.credentials ? { credentials: action.credentials } : {},
    );
  };
}
