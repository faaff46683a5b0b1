import { setMaxListeners } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { cancelledBy, Deadline, pause, throwIfCancelled, within } from "../deadline";
import { CancelledError, ConnectionTimeoutError, lostAnswer, PiKVMError, WebSocketError } from "../errors";
import { JSON_FRAMES, type HidFrames } from "./hid-frames";
import type { LinkSession } from "../events/link-session";
import { sentences } from "../sentences";
import type { Frame } from "../sockets/connection";
import { MAX_BACKLOG, POLL_TIME, type HidQueue } from "../sockets/hid-queue";
import type { Unanswered } from "../sockets/unanswered";
import { has } from "../versions";

interface LineSetup {
  session: LinkSession;
  /** What of ours may wait in the device for the computer. */
  queue: HidQueue;
  unanswered: Unanswered;
  frames: HidFrames;
  /** Seconds that a ping may take. */
  timeout: number;
  /** Ends when the turn of keyboard and mouse does. */
  turn: AbortSignal;
  /** Ends when the device is closed: then nothing is waited for any more. */
  closed: AbortSignal;
  /** Makes what is sent last, such as the release of keys that are down. */
  lastFrames: () => Frame[];
}

/** Seconds to wait until the device has read the last events. */
const LAST_WORDS = 2;
/** Seconds that an event may be on its way to the device. */
const LAG = 0.5;
/** Seconds on top of the time that the events take: a device is not exact to the millisecond. */
const SETTLE_TIME = 0.02;

/**
 * Sends one user's events over the session of the event connection for the time of one turn of keyboard and mouse.
 * Knows when and why that is over, and releases what is down before.
 */
export class LiveLine {
  readonly #setup: LineSetup;
  readonly #end = new AbortController();
  readonly #over: Deadline;
  /** Resolves when everything is sent, and typed as far as can be known. */
  readonly finished: Promise<void>;
  /** How many events the computer gets from all that was sent. */
  #events = 0;
  /** Why nobody knows whether the device has typed all of it. */
  #doubt: unknown;
  /** Work that goes another way but belongs to this turn; see `keep`. */
  #kept: Promise<void> = Promise.resolve();

  constructor(setup: LineSetup) {
    this.#setup = setup;
    this.#over = new Deadline([setup.turn, setup.session.ended, this.#end.signal]);
    setMaxListeners(0, this.ended);
    this.finished = new Promise((resolve) => {
      // At once: when the device is being closed, its sockets close right after this.
      const finish = () => void this.#finish().then(() => this.#kept.then(resolve));
      if (this.ended.aborted) finish();
      else this.ended.addEventListener("abort", finish, { once: true });
    });
  }

  /** Ends when nothing can be sent any more; the reason is a `PiKVMError`. */
  get ended(): AbortSignal {
    return this.#over.signal;
  }

  /** @throws why it is over, if it is: a new error for each call. */
  check(): void {
    if (this.ended.aborted) throw this.#reason();
  }

  /** Resolves when it is on its way. @param events how many events the computer gets from it, at most. */
  async send(frame: Frame, events = 1): Promise<void> {
    this.check();
    this.#count(events);
    try {
      await this.#setup.session.send(frame);
    } catch (error) {
      throw this.#broken(error);
    }
  }

  /** Waits some seconds. @throws why it is over, when it ends before that. */
  async pause(seconds: number): Promise<void> {
    // Also a pause of 0 s lets others run: somebody may pause so in an endless loop.
    const waiting = seconds > 0 ? pause(seconds, this.ended) : nextTurn();
    await waiting.catch(() => undefined);
    this.check();
  }

  /** Waits until the host has taken so much that only a fraction of a second's worth is left. */
  async keepPace(): Promise<void> {
    const ahead = this.#setup.queue.backlog - MAX_BACKLOG;
    if (ahead > 0) await this.pause(ahead);
  }

  /** Whether the computer had perhaps not taken everything when that happened of which is heard now. */
  get isBusy(): boolean {
    return this.#setup.queue.emptyAt > performance.now() - LAG * 1000;
  }

  /** Its turn does not end before this work does. */
  async keep<T>(work: Promise<T>): Promise<T> {
    this.#kept = Promise.allSettled([this.#kept, work]).then(() => undefined);
    return work;
  }

  /** @returns the milliseconds until the answer. */
  async ping(signal: AbortSignal | undefined): Promise<number> {
    this.check();
    const late = () => new ConnectionTimeoutError("The device did not answer a ping in time.", { retryable: true });
    const start = performance.now();
    await within([signal, this.ended], { seconds: this.#setup.timeout, late }, async (deadline) => {
      try {
        await deadline.race(this.#ping());
      } catch (error) {
        this.check();
        throw error instanceof WebSocketError ? this.#broken(error) : error;
      }
    });
    return performance.now() - start;
  }

  /** Resolves as `finished`. */
  async close(): Promise<void> {
    this.#end.abort(new PiKVMError("These keyboard and mouse have been closed; open them again.", { code: "CLOSED" }));
    await this.finished;
  }

  /** As `close`. @throws when something was sent of which nobody knows whether the device has typed it. */
  async complete(): Promise<void> {
    const unsure = (cause: unknown) => {
      const message = "The event connection did not tell whether the device has typed everything.";
      return new WebSocketError(message, { cause, ...lostAnswer(this.#events > 0) });
    };
    // It has read all that came before.
    await this.ping(undefined).catch((error: unknown) => {
      throw error instanceof CancelledError ? error : unsure(error);
    });
    await this.close();
    if (this.#doubt !== undefined) throw unsure(this.#doubt);
  }

  #ping(): Promise<void> {
    const { session, frames } = this.#setup;
    return session.ping((has(session.version, "binaryPing") ? frames : JSON_FRAMES).ping());
  }

  #count(events: number): void {
    this.#events += events;
    this.#setup.queue.add(events);
  }

  /** Seconds that the device may need for what it has not typed yet, when it has just read the last event. */
  #backlog(): number {
    const all = this.#events * POLL_TIME;
    const rest = this.#setup.queue.backlog + LAG;
    return Math.max(0, Math.min(all, rest)) + SETTLE_TIME;
  }

  /** After an event that could not be sent nothing else is sent. */
  #broken(cause: unknown): PiKVMError {
    this.#end.abort(new WebSocketError("The event connection broke.", { cause }));
    return this.#reason();
  }

  #reason(): PiKVMError {
    const reason = cancelledBy(this.ended);
    const { message, code } = reason;
    const details = { cause: reason, code, ...lostAnswer(this.#events > 0) };
    if (reason instanceof CancelledError) return new CancelledError(message, details);
    if (!(reason instanceof WebSocketError)) return reason;
    return new WebSocketError(sentences(message, "The device releases all keys and buttons."), details);
  }

  /** Never rejects. Sends the last frames before it returns. */
  async #finish(): Promise<void> {
    this.#over[Symbol.dispose]();
    const { session, closed, lastFrames } = this.#setup;
    const frames = lastFrames();
    try {
      throwIfCancelled(session.ended);
      if (this.#events === 0) return;
      this.#count(frames.length);
      const read = Promise.all([...frames.map((frame) => session.send(frame)), this.#ping()]);
      await this.#inTime([session.ended], read).catch((error: unknown) => {
        if (!session.ended.aborted) this.#leave(read);
        throw error;
      });
      // The device still has to type what it has read: no other text may mix with it, and no session may end and drop
      // it.
      await pause(this.#backlog(), session.ended, closed);
      // Before it ends a session it drops what it has not typed, and in one that it ends it answers nothing any more.
      await this.#inTime([session.ended, closed], this.#ping());
    } catch (error) {
      // The session has ended, and with it all typing; or the device does not answer, and nothing more can be done.
      this.#doubt = error;
    }
  }

  /** A busy device may read it late; what is typed next over HTTP must not overtake it. */
  #leave(read: Promise<unknown>): void {
    const { session, timeout, unanswered } = this.#setup;
    const limit = { seconds: timeout, late: () => new ConnectionTimeoutError("No answer to the last ping.") };
    const isRead = within([session.ended], limit, (deadline) => deadline.race(read));
    unanswered.add(isRead.then(() => pause(this.#backlog(), session.ended)));
  }

  async #inTime(signals: readonly AbortSignal[], lastWords: Promise<unknown>): Promise<void> {
    const limit = { seconds: LAST_WORDS, late: () => new ConnectionTimeoutError("No answer to the last ping.") };
    await within(signals, limit, (deadline) => deadline.race(lastWords));
  }
}
