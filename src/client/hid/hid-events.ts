import { pause, within } from "../deadline";
import { APIError, CancelledError, ConnectionTimeoutError, PiKVMError, WebSocketError } from "../errors";
import type { EventLink } from "../events/link";
import { repeated } from "../http/retry";
import type { CallOptions, Query, RequestOptions, Transport } from "../http/transport";
import type { Lease } from "../shared";
import type { Frame } from "../sockets/connection";
import { MAX_BACKLOG } from "../sockets/hid-queue";
import type { Sockets } from "../sockets/sockets";
import type { Software } from "../system/software";
import { has } from "../versions";
import { ANSWER_TIME } from "./answer-time";
import { JSON_FRAMES, type HidFrames } from "./hid-frames";
import { isReady, ready } from "./live";

/** One call of `/api/hid/events`, and how the same is said on the event connection. */
export interface HidEvent {
  call: string;
  query: Query;
  frames: (as: HidFrames) => Frame[];
  /** Seconds before each frame. Default 0. */
  delay?: number;
  /** A key or button that it presses and leaves down, and what lets go of it. */
  presses?: { what: string; release: HidEvent };
  /** One that it lets go of. */
  releases?: string;
}

/** Sends events in a turn of keyboard and mouse. */
export interface EventSender {
  /** What may have been pressed although that fails is let go of. */
  send(event: HidEvent, options: RequestOptions): Promise<void>;
  /** Sends what lets go of a key or button, even while everything else ends; again, if need be. */
  release(event: HidEvent): Promise<void>;
  /** Does work that sends events and has not begun. @param work may be called twice. */
  run<T>(work: () => Promise<T>, options: CallOptions): Promise<T>;
  /** For what is done within one turn, where no connection can be opened. */
  inner(): EventSender;
}

const RELEASE_ATTEMPTS = 3;
const RELEASE_INTERVAL = 0.5;

/** The device does not have the call; nothing was done. */
class NotExposed extends PiKVMError {}

/**
 * Keys, buttons and movements one by one: over HTTP, where each is answered, or over the event connection where the
 * device does not have these calls (some forks; shortcuts before kvmd 4.79).
 */
export class HidEvents implements EventSender {
  readonly #transport: Transport;
  readonly #link: EventLink;
  readonly #sockets: Sockets;
  readonly #software: Software;
  /** What this device was found to lack. */
  readonly #missing = new Set<string>();
  /**
   * The connection stays open for what is down, since the device lets go of everything when it closes: until it was
   * released, or another session has begun, before which the device has let go.
   */
  readonly #held = new Map<string, Lease<unknown>>();

  constructor(transport: Transport, link: EventLink, sockets: Sockets, software: Software) {
    this.#transport = transport;
    this.#link = link;
    this.#sockets = sockets;
    this.#software = software;
    link.on("connection", ({ connected }) => connected && [...this.#held.keys()].forEach((what) => this.#isUp(what)));
  }

  async send(event: HidEvent, options: RequestOptions): Promise<void> {
    const { presses, releases } = event;
    // What releases keys does not wait for an answer that may never come.
    if (!options.lastWord && releases === undefined) await this.#sockets.unanswered.over(options.signal);
    // A slow host must not lag behind, or cancelling would stop nothing.
    if (!options.lastWord) await this.#sockets.queue.drained([options.signal], MAX_BACKLOG);
    if (presses) await this.#holdFor(presses.what, options);
    try {
      if (!this.#missing.has(event.call)) await this.#post(event, options);
      // What must be sent before the connection closes needs no answer.
      else await this.#say(event, options);
    } catch (error) {
      const mayBeDone = error instanceof PiKVMError && error.outcome === "unknown";
      if (mayBeDone) this.#count(event);
      if (presses && mayBeDone) await this.release(presses.release).catch(() => undefined);
      else if (presses) this.#isUp(presses.what);
      throw error;
    }
    this.#count(event);
    if (releases !== undefined) this.#isUp(releases);
  }

  /** A key that stays down by accident does harm; to release it twice does none. */
  async release(event: HidEvent): Promise<void> {
    let attempts = 0;
    await repeated(
      () => this.send(event, { lastWord: true }),
      (error) => {
        attempts += 1;
        return attempts === RELEASE_ATTEMPTS || error instanceof CancelledError ? undefined : RELEASE_INTERVAL;
      },
    );
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
      release: (event) => this.release(event),
      run: (work) => work(),
      inner: () => inner,
    };
    return inner;
  }

  #count({ frames }: HidEvent): void {
    this.#sockets.queue.add(frames(JSON_FRAMES).length);
  }

  /** Opens the connection for what is to stay down, in the turn in which it is pressed: a release must not overtake it. */
  async #holdFor(what: string, { signal }: RequestOptions): Promise<void> {
    this.#transport.refuseReadOnly();
    const link = this.#link;
    const lease = link.hold();
    try {
      if (!isReady(link)) await this.#sockets.letIn(() => ready({ transport: this.#transport, link }, { signal }));
    } catch (error) {
      void lease.release();
      throw error;
    }
    this.#isUp(what);
    this.#held.set(what, lease);
  }

  #isUp(what: string): void {
    void this.#held.get(what)?.release();
    this.#held.delete(what);
  }

  async #post({ call, query, frames, presses }: HidEvent, options: RequestOptions): Promise<void> {
    const settleTime = ANSWER_TIME + (options.extraTime ?? 0);
    const onLeft = (over: Promise<void>) => {
      const up = presses ? this.#releaseAfter(over, presses.release) : over;
      this.#sockets.unanswered.add(up, frames(JSON_FRAMES).length);
    };
    try {
      await this.#transport.post(`/api/hid/events/${call}`, { ...options, query, settleTime, onLeft });
    } catch (error) {
      // A proxy that answers so may have let it through.
      if (!(error instanceof APIError) || !error.lacksCall) throw error;
      // Before that came, the event connection had nothing of the kind either, and would say nothing of it.
      if (call === "send_mouse_relative" && !has(await this.#software.version(options), "relativeMouse")) throw error;
      this.#missing.add(call);
      throw new NotExposed(`The device does not have the call ${call}.`, { cause: error, code: "HTTP_404" });
    }
  }

  /** What presses a key may overtake what was to let go of it, as on another connection: it is let go of once more. */
  async #releaseAfter(over: Promise<void>, release: HidEvent): Promise<void> {
    const lease = this.#link.hold();
    try {
      await over;
      await this.release(release);
    } finally {
      void lease.release();
    }
  }

  /** Resolves when the device has read it. */
  async #say({ frames, delay = 0 }: HidEvent, { signal }: RequestOptions): Promise<void> {
    const { session } = this.#link;
    if (!session) throw new WebSocketError("The event connection broke before the keys could be sent.");
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
  }
}
