import { types } from "node:util";
import { reasonOf } from "../actions/thrown";
import { ConfigurationError } from "../client";
import { CONFIRM } from "./confirm";
import type { Message, NodeAPI } from "./red";
import { expectFailures } from "./streams";

/** What a message asks for: that something is done or stopped, or nothing, where it only tells how far a node is. */
export type Incoming = { is: "order"; message: Message } | { is: "reset" } | { is: "progress" };

/** What the engine writes into a message. */
const WRITTEN = ["pikvm", "payload", "error"];

/**
 * Reads a message that has come in, whatever a flow has made of it. An order that cannot be written on, such as a frozen
 * one or a proxy, is handed on as a copy.
 * @throws ConfigurationError when a part of it cannot be read.
 */
export function readIncoming(given: Message): Incoming {
  try {
    const reset = given["reset"];
    if (reset !== undefined && reset !== false) return { is: "reset" };
    expectFailures(given);
    // All of it is read here and now: nodes behind this one could not do so either.
    const copy = { ...given };
    const { progress, ...rest } = copy;
    if (isProgress(progress) && !("payload" in rest)) return { is: "progress" };
    return { is: "order", message: isWritable(given) ? given : copy };
  } catch (cause) {
    throw new ConfigurationError(`The message cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

/** Whether it is what a node of this package tells of its work. */
function isProgress(progress: unknown): boolean {
  return typeof progress === "object" && progress !== null && "unit" in progress;
}

function isWritable(message: Message): boolean {
  // Node-RED calls methods that every object has.
  const isOrdinary = !types.isProxy(message) && Object.getPrototypeOf(message) !== null;
  if (!isOrdinary || !Object.isExtensible(message)) return false;
  const isStuck = Object.getOwnPropertyDescriptor(message, CONFIRM)?.configurable === false;
  return !isStuck && WRITTEN.every((name) => isFree(message, name));
}

function isFree(message: object, name: string): boolean {
  for (let at: object | null = message; at; at = Object.getPrototypeOf(at) as object | null) {
    const property = Object.getOwnPropertyDescriptor(at, name);
    if (property) return property.writable === true;
  }
  return true;
}

/** As much of a message as can be read, and copied for other nodes: what tells them of a failure with all of it. */
export function legible(RED: NodeAPI, given: Message): Message {
  const readable: Record<string, unknown> = {};
  for (const name of namesIn(given)) {
    try {
      const one = { [name]: given[name] };
      RED.util.cloneMessage(one);
      if (!(name in Object.prototype)) Object.assign(readable, one);
    } catch {
      // It is left out.
    }
  }
  return readable as Message; // Node-RED gives it an id where it has none
}

function namesIn(message: Message): string[] {
  try {
    return Object.keys(message);
  } catch {
    return ["_msgid", "topic", "payload"];
  }
}
