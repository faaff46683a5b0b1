import { EventEmitter } from "node:events";
import type { Derive, DerivedState } from "./derived";
import type { PiKVMError } from "../errors";
import type { EventLink, LinkEvents } from "./link";
import type { ConnectionChange, Retry } from "../reconnect";
import type { DeviceEvent, StateChange } from "./merge";
import type { Lease } from "../shared";
import type { States } from "./states";

/**
 * What an iteration keeps while its loop body is busy: so many events, and so many bytes. Beyond it the oldest events
 * are dropped; `states` stays right.
 */
const BUFFER = { events: 1000, bytes: 32 * 1024 * 1024 };

export interface EventsOptions {
  /**
   * Also report the kind of state `power`: "on", "off", "sleep" while the power LED blinks, or null without ATX
   * control. Default false.
   */
  power?: boolean;
  /**
   * Also report the kind of state `idle`: whether there was no key and no mouse event for so many seconds, 1 to a day.
   */
  idle?: number | undefined;
}

export interface StreamEvents extends LinkEvents {
  /** Why a state that was asked for cannot be reported. */
  problem: [PiKVMError];
}

/**
 * One subscription to what a device reports, over the one WebSocket that all subscriptions of a `PiKVM` share. It
 * survives lost connections; every new session begins with the full states.
 *
 * Emits `event` (each message as sent), `state` (the merged full state of a kind, each time it was reported),
 * `connection`, `retry` and `problem`. What is known already, states and an outage, is emitted again for a new
 * subscription. Iterating yields the events.
 */
export class EventStream extends EventEmitter<StreamEvents> implements AsyncIterable<DeviceEvent> {
  readonly #link: EventLink;
  readonly #lease: Lease<unknown>;
  readonly #closed = new AbortController();
  readonly #derived: DerivedState[];
  readonly #forward = {
    event: (event: DeviceEvent, size: number) => void this.emit("event", event, size),
    state: (change: StateChange) => {
      this.emit("state", change);
      // A listener may have closed it.
      for (const derived of this.#derived) if (!this.#closed.signal.aborted) derived.onState?.(change);
    },
    retry: (retry: Retry) => void this.emit("retry", retry),
    connection: (change: ConnectionChange) => {
      this.emit("connection", change);
      for (const derived of this.#derived) if (!this.#closed.signal.aborted) derived.onConnection(change.connected);
    },
  };

  readonly #stop = () => {
    this.#closed.abort();
    for (const derived of this.#derived) derived.stop();
  };

  constructor(link: EventLink, derive: readonly Derive[] = []) {
    super();
    this.#link = link;
    const report = {
      state: (change: StateChange) => this.emit("state", change),
      problem: (error: PiKVMError) => this.emit("problem", error),
    };
    this.#derived = derive.map((derived) => derived(report));
    this.#lease = link.hold();
    link.closed.addEventListener("abort", this.#stop, { once: true });
    // After the caller has added its listeners.
    queueMicrotask(() => this.#begin());
  }

  /** The merged full states, by kind. */
  get states(): Readonly<States> {
    return this.#link.states;
  }

  /** Whether it is connected now, and if not, why. */
  get connection(): Readonly<ConnectionChange> {
    return this.#link.connection;
  }

  /** Ends the subscription; the last one closes the WebSocket. */
  async close(): Promise<void> {
    this.#stop();
    this.#link.closed.removeEventListener("abort", this.#stop);
    const { event, state, retry, connection } = this.#forward;
    this.#link.off("event", event).off("state", state).off("retry", retry).off("connection", connection);
    await this.#lease.release();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<DeviceEvent, void, undefined> {
    const waiting: { event: DeviceEvent; size: number }[] = [];
    let bytes = 0;
    let wake: (() => void) | undefined;
    const take = () => {
      const oldest = waiting.shift();
      bytes -= oldest?.size ?? 0;
      return oldest?.event;
    };
    const keep = (event: DeviceEvent, size: number) => {
      waiting.push({ event, size });
      bytes += size;
      while (waiting.length > BUFFER.events || (bytes > BUFFER.bytes && waiting.length > 1)) take();
      wakeUp();
    };
    // Once: to resolve what is resolved takes longer than to keep an event.
    const wakeUp = () => {
      wake?.();
      wake = undefined;
    };
    this.on("event", keep);
    this.#closed.signal.addEventListener("abort", wakeUp, { once: true });
    try {
      for (;;) {
        const event = take();
        if (event) yield event;
        else if (this.#closed.signal.aborted) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.off("event", keep);
      this.#closed.signal.removeEventListener("abort", wakeUp);
    }
  }

  #begin(): void {
    if (this.#closed.signal.aborted) return;
    const forward = this.#forward;
    this.#link.on("event", forward.event).on("state", forward.state).on("retry", forward.retry);
    this.#link.on("connection", forward.connection);
    const { connection, states } = this.#link;
    if (connection.connected || connection.error) forward.connection(connection);
    if (!connection.connected) return;
    for (const [kind, state] of Object.entries(states)) forward.state({ kind, state });
  }
}
