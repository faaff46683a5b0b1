import { pause } from "../deadline";
import type { DerivedState, Report } from "./derived";
import { APIError, AuthError, CancelledError, ConfigurationError, PiKVMError } from "../errors";
import type { CallOptions } from "../http/transport";
import { takes } from "../versions";

/** Seconds until a device that could not answer is asked again. */
const RETRY_INTERVAL = 10;
/**
 * Seconds from one question to the next while the device is idle: it does not report by itself that idleness has ended.
 */
const ASK_INTERVAL = { min: 5, max: 60 };

/**
 * The kind of state `idle`: whether there was no key and no mouse event for some time. The device is asked when that
 * time may be over, and while it is idle every tenth of that time, between 5 and 60 s, but at least twice in it.
 */
export class Idleness implements DerivedState {
  readonly #report: Report;
  readonly #ask: (options: CallOptions) => Promise<number>;
  readonly #after: number;
  /** Ends with the connection. */
  #asking = new AbortController();
  #hasFailed = false;

  /**
   * @param ask answers the seconds since the last event.
   * @param after seconds.
   */
  constructor(report: Report, ask: (options: CallOptions) => Promise<number>, after: number) {
    this.#report = report;
    this.#ask = ask;
    this.#after = after;
  }

  onConnection(isConnected: boolean): void {
    this.stop();
    if (!isConnected) return;
    this.#asking = new AbortController();
    void this.#keepAsking(this.#asking.signal);
  }

  stop(): void {
    this.#asking.abort();
  }

  /** Ends with the connection, or when the device refuses to answer. */
  async #keepAsking(signal: AbortSignal): Promise<void> {
    let isIdle: boolean | undefined;
    for (;;) {
      const inactivity = await this.#inactivity(signal);
      if (inactivity === undefined || signal.aborted) return;
      const before = isIdle;
      isIdle = inactivity >= this.#after;
      if (isIdle !== before) this.#change(isIdle, inactivity);
      await pause(this.#nextTime(inactivity), signal).catch(() => undefined);
    }
  }

  /** Never rejects. @returns undefined when there will be no answer over this connection. */
  async #inactivity(signal: AbortSignal): Promise<number | undefined> {
    while (!signal.aborted) {
      try {
        return await this.#ask({ signal });
      } catch (error) {
        if (error instanceof CancelledError) return undefined;
        const passes = error instanceof PiKVMError && error.retryable;
        if (!passes) this.#fail(error);
        if (isFinal(error)) return undefined;
        await pause(RETRY_INTERVAL, signal).catch(() => undefined);
      }
    }
    return undefined;
  }

  #change(isIdle: boolean, inactivity: number): void {
    this.#report.state({ kind: "idle", state: isIdle, age: isIdle ? inactivity - this.#after : inactivity });
  }

  #nextTime(inactivity: number): number {
    if (inactivity < this.#after) return this.#after - inactivity;
    const { min, max } = ASK_INTERVAL;
    // A key at any time in between is less than that long ago at the next question.
    return Math.min(this.#after / 2, max, Math.max(min, this.#after / 10));
  }

  /** Reported once, although each new connection asks again: the device may have got newer software. */
  #fail(cause: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    if (cause instanceof PiKVMError && !isUnknownCall(cause)) this.#report.problem(cause);
    else this.#report.problem(new PiKVMError(TOO_OLD, { code: "NOT_SUPPORTED", cause }));
  }
}

const TOO_OLD = `The device does not tell how long keyboard and mouse have been idle: ${takes("inactivity")}`;

/** What asking again over the same connection cannot change. */
const isFinal = (error: unknown): boolean =>
  !(error instanceof PiKVMError) ||
  // A refused login is tried again when it is time for it; a refused call is not.
  (error instanceof AuthError && error.nextTrial === undefined) ||
  error instanceof ConfigurationError ||
  isUnknownCall(error);

const isUnknownCall = (error: PiKVMError): boolean => error instanceof APIError && error.statusCode === 404;
