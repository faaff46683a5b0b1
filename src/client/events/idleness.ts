import { pause } from "../deadline";
import type { DerivedState, Told } from "./derived";
import { APIError, AuthError, CancelledError, ConfigurationError, PiKVMError } from "../errors";
import type { CallOptions } from "../http/transport";
import { SINCE } from "../versions";

/** Seconds until the device is asked again when it could not answer. */
const RETRY_INTERVAL = 10;
/** Seconds between two looks for the end of idleness, which the device does not report by itself. */
const LOOK_INTERVAL = { min: 5, max: 60 };

/**
 * The kind of state `idle`: whether there was no key and no mouse event for some time. The device is asked when that time may be over, and
 * while it is idle every tenth of that time, between 5 and 60 s, but at least twice in it.
 */
export class Idleness implements DerivedState {
  readonly #told: Told;
  readonly #ask: (options: CallOptions) => Promise<number>;
  readonly #after: number;
  #session = new AbortController();
  #hasFailed = false;

  /**
   * @param ask answers the seconds since the last event.
   * @param after seconds.
   */
  constructor(told: Told, ask: (options: CallOptions) => Promise<number>, after: number) {
    this.#told = told;
    this.#ask = ask;
    this.#after = after;
  }

  onConnection(isConnected: boolean): void {
    this.end();
    if (!isConnected) return;
    this.#session = new AbortController();
    void this.#watch(this.#session.signal);
  }

  end(): void {
    this.#session.abort();
  }

  /** Ends with the session, or when the device refuses to answer. */
  async #watch(signal: AbortSignal): Promise<void> {
    let isIdle: boolean | undefined;
    for (;;) {
      const inactivity = await this.#inactivity(signal);
      if (inactivity === undefined || signal.aborted) return;
      const before = isIdle;
      isIdle = inactivity >= this.#after;
      if (isIdle !== before) this.#tell(isIdle, inactivity);
      await pause(this.#nextLook(inactivity), signal).catch(() => undefined);
    }
  }

  /** Never rejects. @returns undefined when there will be no answer in this session. */
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

  #tell(isIdle: boolean, inactivity: number): void {
    this.#told.state({ kind: "idle", state: isIdle, age: isIdle ? inactivity - this.#after : inactivity });
  }

  #nextLook(inactivity: number): number {
    if (inactivity < this.#after) return this.#after - inactivity;
    const { min, max } = LOOK_INTERVAL;
    // A key at any time in between is less than that long ago at the next look.
    return Math.min(this.#after / 2, max, Math.max(min, this.#after / 10));
  }

  /** Once, although another session asks again: the device may have got newer software. */
  #fail(cause: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    if (cause instanceof PiKVMError && !isUnknownCall(cause)) this.#told.problem(cause);
    else this.#told.problem(new PiKVMError(TOO_OLD, { code: "NOT_SUPPORTED", cause }));
  }
}

const TOO_OLD =
  "The device does not tell how long keyboard and mouse have been idle: " +
  `that takes PiKVM software ${SINCE.inactivity} or newer.`;

/** What asking again in the same session cannot change. */
const isFinal = (error: unknown): boolean =>
  !(error instanceof PiKVMError) ||
  error instanceof AuthError ||
  error instanceof ConfigurationError ||
  isUnknownCall(error);

const isUnknownCall = (error: PiKVMError): boolean => error instanceof APIError && error.statusCode === 404;
