import {
  AuthError,
  CancelledError,
  ConfigurationError,
  ConnectError,
  ConnectionTimeoutError,
  type PiKVMError,
} from "../client";
import { commonWord, type FlowNode, type NodeAPI, type NodeStatus } from "./red";

/** Milliseconds between two statuses of one piece of work: the editor need not see more. */
const PROGRESS_INTERVAL = 250;

/** What a node shows under itself. */
export class Status {
  readonly #RED: NodeAPI;
  readonly #node: FlowNode;
  #lastProgress = 0;
  /** Set for a device whose certificate is not checked: every good news comes with a warning. */
  isInsecure = false;

  constructor(RED: NodeAPI, node: FlowNode) {
    this.#RED = RED;
    this.#node = node;
  }

  /** @param count messages in the node; all but one of them wait, or wait for the computer. */
  working(count: number): void {
    if (count > 1) this.#show("blue", "dot", "queued", { count: String(count - 1) });
    else this.#show("blue", "dot", "working");
  }

  /** @param text how far it is, in numbers. */
  progress(text: string): void {
    const now = Date.now();
    if (now - this.#lastProgress < PROGRESS_INTERVAL) return;
    this.#lastProgress = now;
    this.#show("blue", "dot", "progress", { text });
  }

  done(): void {
    this.#good("done");
  }

  connecting(): void {
    this.#show("yellow", "ring", "connecting");
  }

  connected(): void {
    this.#good("connected");
  }

  nothingAt(path: string): void {
    this.#show("yellow", "ring", "nothing_at", { path });
  }

  failed(error: PiKVMError): void {
    if (error instanceof CancelledError) this.#show("grey", "ring", "cancelled");
    else if (error instanceof AuthError) this.#show("red", "dot", "refused");
    else if (error instanceof ConfigurationError && error.code === "NOT_CONFIGURED")
      this.#show("red", "ring", "not_configured");
    else if (error instanceof ConnectError || error instanceof ConnectionTimeoutError)
      this.#show("red", "ring", "unreachable");
    else this.#show("red", "dot", "error", { name: error.name });
  }

  clear(): void {
    this.#node.status({});
  }

  #good(key: string): void {
    if (this.isInsecure) this.#show("yellow", "dot", "insecure");
    else this.#show("green", "dot", key);
  }

  #show(
    fill: NonNullable<NodeStatus["fill"]>,
    shape: NonNullable<NodeStatus["shape"]>,
    key: string,
    values = {},
  ): void {
    this.#node.status({ fill, shape, text: commonWord(this.#RED, `status.${key}`, values) });
  }
}
