import { APIError, AuthError, errorKinds, PiKVMError, WaitTimeoutError } from "../client";
import type { Done, FlowNode, Message, Send } from "./red";

/** An error in a flow message, in the language of the device's own JSON. */
interface FlowError {
  name: string;
  /** The name and those of the classes above it, so that a Switch node can match a family. */
  kinds: string[];
  message: string;
  /** HTTP status; 0 when there was none. */
  status_code: number;
  /** The device's own error class and message; empty when something else failed. */
  error: string;
  error_msg: string;
  code: string;
  /** Trying the same thing again is safe and may help. */
  retryable: boolean;
  /** Present when it is not known whether the device has carried the request out. */
  outcome?: "unknown";
  /** When a refused login is tried again: ISO 8601, in UTC. */
  next_trial?: string;
  /** Of a text that was being typed: the characters that the device had taken, and those that must have arrived. */
  sent?: number;
  typed?: number;
  /** What was seen last, where a value or a text was waited for. */
  last_value?: unknown;
  source: { id: string; type: string; name: string; count: number };
}

/** Index of the error output of every node. */
const ERROR_OUTPUT = 1;

/**
 * One failure, one path: to the error output when something is wired to it now, else to Catch nodes and the log. Never
 * both.
 * @param done absent for nodes that produce messages by themselves.
 */
export function fail(node: FlowNode, message: Message, error: PiKVMError, send: Send, done?: Done): void {
  const wired = isErrorOutputWired(node);
  const count = failuresOf(message, node);
  if (wired) {
    message["error"] = flowError(error, node, count + 1);
    send([null, message]);
    done?.();
    return;
  }
  // Node-RED hands this on as msg._error beside its own msg.error, and counts up by itself.
  message["error"] = flowError(error, node, count);
  if (done) done(error);
  else node.error(error, message);
}

export function isErrorOutputWired(node: FlowNode): boolean {
  const targets = node.wires?.[ERROR_OUTPUT] ?? [];
  return targets.length > 0;
}

/** @param count how often it has failed so. */
export function flowError(error: PiKVMError, node: FlowNode, count: number): FlowError {
  const api = error instanceof APIError ? error : undefined;
  return {
    name: error.name,
    kinds: errorKinds(error),
    message: error.message,
    status_code: api?.statusCode ?? 0,
    error: api?.error ?? "",
    error_msg: api?.errorMsg ?? "",
    code: error.code,
    retryable: error.retryable,
    ...(error.outcome ? { outcome: error.outcome } : {}),
    ...(error instanceof AuthError && error.nextTrial ? { next_trial: error.nextTrial.toISOString() } : {}),
    ...(error.sent === undefined ? {} : { sent: error.sent, typed: error.typed ?? 0 }),
    ...(error instanceof WaitTimeoutError && "lastValue" in error ? { last_value: error.lastValue } : {}),
    source: { id: node.id, type: node.type, name: node.name ?? "", count },
  };
}

/** How often this message has failed in this node already; Node-RED ends loops by it. */
function failuresOf(message: Message, node: FlowNode): number {
  const error = message["error"] as { source?: { id?: unknown; count?: unknown } | null } | null | undefined;
  try {
    const source = error?.source;
    return source?.id === node.id && typeof source.count === "number" ? source.count : 0;
  } catch {
    // It is not one of ours that cannot be read.
    return 0;
  }
}
