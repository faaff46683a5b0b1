import { pause, within } from "../deadline";
import { APIError, ConnectionTimeoutError, PiKVMError, WebSocketError } from "../errors";
import type { EventLink } from "../events/link";
import type { CallOptions, Query, RequestOptions, Transport } from "../http/transport";
import type { Lease } from "../shared";
import type { Frame } from "../sockets/connection";
import { MAX_BACKLOG, type HidQueue } from "../sockets/hid-queue";
import type { Software } from "../system/software";
import { has } from "../versions";
import { JSON_FRAMES, type HidFrames } from "./hid-frames";
import { ready } from "./live";

/** One call of `/api/hid/events`, and how the same is said on the event connection. */
export interface HidEvent {
  call: string;
  query: Query;
  frames: (as: HidFrames) => Frame[];
  /** Seconds before each frame. Default 0. */
  delay?: number;
  /** A key or button that it presses and leaves down (true), or releases. */
  holds?: { what: string; down: boolean };
}

/** Sends events in a turn of keyboard and mouse. */
export interface EventSender {
  send(event: HidEvent, options: RequestOptions): Promise<void>;
  /** Does work that sends events and has not begun. @param work may be called twice. */
  run<T>(work: () => Promise<T>, options: CallOptions): Promise<T>;
  /** For what is done within one turn, where no connection can be opened. */
  inner(): EventSender;
}

/** The device does not have the call; nothing was done. */
class NotExposed extends PiKVMError {}

/**
 * Keys, buttons and movements one by one: over HTTP, where each is answered, or over the event connection where the
 * device does not have these calls (some forks; shortcuts before kvmd 4.79).
 */
export class HidEvents implements EventSender {
  readonly #transport: Transport;
  readonly #link: EventLink;
  readonly #queue: HidQueue;
  readonly #software: Software;
  /** What this device was found to lack. */
  readonly #missing = new Set<string>();
  /** The connection stays open for what is down: the device releases everything when it closes. */
  readonly #held = new Map<string, Lease<unknown>>();

  constructor(transport: Transport, link: EventLink, queue: HidQueue, software: Software) {
    this.#transport = transport;
    this.#link = link;
    this.#queue = queue;
    this.#software = software;
  }

  async send(event: HidEvent, options: RequestOptions): Promise<void> {
    // A slow host must not lag behind, or cancelling would stop nothing; what releases keys waits for nobody.
    if (!options.lastWord) await this.#queue.drained([options.signal], MAX_BACKLOG);
    try {
      if (!this.#missing.has(event.call)) await this.#post(event, options);
      // What must be sent before the connection closes needs no answer.
      else await this.#say(event, options);
    } catch (error) {
      if (error instanceof PiKVMError && error.outcome === "unknown") this.#count(event);
      throw error;
    }
    this.#count(event);
  }

  async run<T>(work: () => Promise<T>, { signal }: CallOptions): Promise<T> {
    if (this.#missing.size === 0) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof NotExposed)) throw error;
      }
    }
    const lease = this.#link.hold();
    try {
      await ready({ transport: this.#transport, link: this.#link }, { signal });
      return await work().catch((error: unknown) => {
        // Another call that was found to be missing; the connection is there now.
        if (error instanceof NotExposed) return work();
        throw error;
      });
    } finally {
      void lease.release();
    }
  }

  inner(): EventSender {
    const inner: EventSender = {
      send: (event, options) => this.send(event, options),
      run: (work) => work(),
      inner: () => inner,
    };
    return inner;
  }

  #count({ frames }: HidEvent): void {
    this.#queue.add(frames(JSON_FRAMES).length);
  }

  async #post({ call, query }: HidEvent, options: RequestOptions): Promise<void> {
    try {
      await this.#transport.post(`/api/hid/events/${call}`, { ...options, query });
    } catch (error) {
      // A proxy that answers so may have let it through.
      if (!(error instanceof APIError) || !error.lacksCall) throw error;
      // Before that came, the event connection had nothing of the kind either, and would say nothing of it.
      if (call === "send_mouse_relative" && !has(await this.#software.version(options), "relativeMouse")) throw error;
      this.#missing.add(call);
      throw new NotExposed(`The device does not have the call ${call}.`, { cause: error, code: "HTTP_404" });
    }
  }

  /** Resolves when the device has read it. */
  async #say({ frames, delay = 0, holds }: HidEvent, { signal }: RequestOptions): Promise<void> {
    const { session } = this.#link;
    if (!session) throw new WebSocketError("The event connection broke before the keys could be sent.");
    if (holds?.down && !this.#held.has(holds.what)) this.#held.set(holds.what, this.#link.hold());
    const late = () => new ConnectionTimeoutError("The device did not take the keys in time.", { outcome: "unknown" });
    const limit = { seconds: this.#transport.timeout, late };
    try {
      for (const frame of frames(JSON_FRAMES)) {
        if (delay > 0) await pause(delay, signal, session.ended);
        await session.send(frame);
      }
      await within([signal, session.ended], limit, (deadline) => deadline.race(session.ping(JSON_FRAMES.ping())));
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      const message = "The event connection broke before the device had told that it has the keys.";
      throw new WebSocketError(message, { cause: error, outcome: "unknown" });
    }
    if (!holds || holds.down) return;
    void this.#held.get(holds.what)?.release();
    this.#held.delete(holds.what);
  }
}
