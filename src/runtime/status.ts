import { AuthError, errorKinds, type PiKVMError } from "../client";
import { commonWord, type FlowNode, type NodeAPI, type NodeStatus } from "./red";

/** What a node does, or how it is. */
export type State =
  /** `count` messages are in the node; all but one of them wait. */
  | { is: "working"; count: number }
  /** `text` says how far it is, in numbers. */
  | { is: "progress"; text: string }
  | { is: "done" }
  | { is: "connecting" }
  | { is: "connected" }
  /** The device reports nothing at a path that the flow names. */
  | { is: "nothing_at"; path: string }
  | { is: "failed"; error: PiKVMError };

/** How that is shown; `words` is a key of the catalogue below `status`. */
interface Look {
  fill: NonNullable<NodeStatus["fill"]>;
  shape: NonNullable<NodeStatus["shape"]>;
  words: string;
  values?: Record<string, string>;
}

/** How the failures are shown, by the name of the error or of a family that it belongs to. */
const FAILURES: Record<string, Look> = {
  CancelledError: { fill: "grey", shape: "ring", words: "cancelled" },
  AuthError: { fill: "red", shape: "dot", words: "refused" },
  BusyError: { fill: "red", shape: "dot", words: "busy" },
  UnavailableError: { fill: "red", shape: "dot", words: "unavailable" },
  RedirectError: { fill: "red", shape: "dot", words: "unexpected" },
  ResponseError: { fill: "red", shape: "dot", words: "unexpected" },
  APIError: { fill: "red", shape: "dot", words: "device_error" },
  ConfigurationError: { fill: "red", shape: "dot", words: "not_possible" },
  ConnectError: { fill: "red", shape: "ring", words: "unreachable" },
  ConnectionTimeoutError: { fill: "red", shape: "ring", words: "unreachable" },
  WebSocketError: { fill: "red", shape: "ring", words: "connection_lost" },
  WaitTimeoutError: { fill: "red", shape: "dot", words: "not_in_time" },
};

const FAILED: Look = { fill: "red", shape: "dot", words: "failed" };
const NOT_CONFIGURED: Look = { fill: "red", shape: "ring", words: "not_configured" };
const REFUSED_UNTIL: Look = { fill: "red", shape: "dot", words: "refused_until" };
/** Every good news of a device whose certificate is not checked comes with this warning. */
const INSECURE: Look = { fill: "yellow", shape: "dot", words: "insecure" };

function lookOf(state: State): Look {
  switch (state.is) {
    case "working":
      if (state.count === 1) return { fill: "blue", shape: "dot", words: "working" };
      return { fill: "blue", shape: "dot", words: "queued", values: { count: String(state.count - 1) } };
    case "progress":
      return { fill: "blue", shape: "dot", words: "progress", values: { text: state.text } };
    case "done":
    case "connected":
      return { fill: "green", shape: "dot", words: state.is };
    case "connecting":
      return { fill: "yellow", shape: "ring", words: "connecting" };
    case "nothing_at":
      return { fill: "yellow", shape: "ring", words: "nothing_at", values: { path: state.path } };
    case "failed":
      return failureLook(state.error);
  }
}

function failureLook(error: PiKVMError): Look {
  if (error.code === "NOT_CONFIGURED") return NOT_CONFIGURED;
  // By the clock of this computer, as in the log.
  if (error instanceof AuthError && error.nextTrial)
    return { ...REFUSED_UNTIL, values: { time: error.nextTrial.toTimeString().slice(0, 5) } };
  const look = errorKinds(error).map((name) => FAILURES[name]);
  return look.find((found) => found !== undefined) ?? FAILED;
}

/** Milliseconds between two statuses of one piece of work: the editor need not see more. */
const PROGRESS_INTERVAL = 250;

/** What a node shows under itself. */
export class Status {
  readonly #RED: NodeAPI;
  readonly #node: FlowNode;
  #lastProgress = 0;
  /** Set for a device whose certificate is not checked. */
  isInsecure = false;

  constructor(RED: NodeAPI, node: FlowNode) {
    this.#RED = RED;
    this.#node = node;
  }

  show(state: State): void {
    if (state.is === "progress" && !this.#isTime()) return;
    const isGood = state.is === "done" || state.is === "connected";
    const { fill, shape, words, values } = isGood && this.isInsecure ? INSECURE : lookOf(state);
    this.#node.status({ fill, shape, text: commonWord(this.#RED, `status.${words}`, values) });
  }

  clear(): void {
    this.#node.status({});
  }

  /** Whether the last progress was shown long enough ago. */
  #isTime(): boolean {
    const now = Date.now();
    if (now - this.#lastProgress < PROGRESS_INTERVAL) return false;
    this.#lastProgress = now;
    return true;
  }
}
