import { EventEmitter } from "node:events";
import type { ConnectionChange, EventLink, LinkEvents } from "./link";
import type { DeviceEvent, StateChange } from "./merge";
import type { States } from "./states";

/** What an iteration keeps while its loop body is busy. Beyond it the oldest events are dropped; `states` stays right. */
const BUFFER = 1000;

/**
 * One subscription to what a device reports, over the one WebSocket that all subscriptions of a `PiKVM` share. It survives lost
 * connections; every new session begins with the full states.
 *
 * Emits `event` (each message as sent), `state` (the merged full state of a kind, each time it was reported) and `connection`.
 * What is known already, states and an outage, is emitted again for a new subscription. Iterating yields the events.
 */
export class EventStream extends EventEmitter<LinkEvents> implements AsyncIterable<DeviceEvent> {
  readonly #link: EventLink;
  readonly #done = new AbortController();
  #isReleased = false;
  readonly #forward = {
    event: (event: DeviceEvent) => this.emit("event", event),
    state: (change: StateChange) => this.emit("state", change),
    connection: (change: ConnectionChange) => this.emit("connection", change),
  };

  readonly #end = () => this.#done.abort();

  constructor(link: EventLink) {
    super();
    this.#link = link;
    link.hold();
    link.closed.addEventListener("abort", this.#end, { once: true });
    // After the caller has added its listeners.
    queueMicrotask(() => this.#begin());
  }

  /** The merged full states, by kind. */
  get states(): Readonly<States> {
    return this.#link.states;
  }

  get connection(): Readonly<ConnectionChange> {
    return this.#link.connection;
  }

  /** Ends the subscription; the last one closes the WebSocket. */
  async close(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#done.abort();
    this.#link.closed.removeEventListener("abort", this.#end);
    const { event, state, connection } = this.#forward;
    this.#link.off("event", event).off("state", state).off("connection", connection);
    await this.#link.release();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<DeviceEvent, void, undefined> {
    const waiting: DeviceEvent[] = [];
    let wake: (() => void) | undefined;
    const keep = (event: DeviceEvent) => {
      waiting.push(event);
      if (waiting.length > BUFFER) waiting.shift();
      wake?.();
    };
    const end = () => wake?.();
    this.on("event", keep);
    this.#done.signal.addEventListener("abort", end, { once: true });
    try {
      for (;;) {
        const event = waiting.shift();
        if (event) yield event;
        else if (this.#done.signal.aborted) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.off("event", keep);
      this.#done.signal.removeEventListener("abort", end);
    }
  }

  #begin(): void {
    if (this.#done.signal.aborted) return;
    const { event, state, connection: change } = this.#forward;
    this.#link.on("event", event).on("state", state).on("connection", change);
    const { connection, states } = this.#link;
    if (connection.connected || connection.error) this.emit("connection", connection);
    if (!connection.connected) return;
    for (const [kind, state] of Object.entries(states)) this.emit("state", { kind, state });
  }
}
