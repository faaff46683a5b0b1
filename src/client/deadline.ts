import { setTimeout as sleep } from "node:timers/promises";
import { CancelledError, type PiKVMError } from "./errors";

/**
 * One abort signal for one piece of work: it ends when the time is over, or when one of the given signals ends.
 * Its reason is the error to throw. Dispose it, so that neither the timer nor a listener outlives the work.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #followed: { signal: AbortSignal; listener: () => void }[] = [];

  /**
   * @param seconds until the end; `Infinity` for no limit.
   * @param late makes the error for the end of time.
   * @param signals end the work too; an `undefined` one is passed over.
   */
  constructor(seconds: number, late: () => PiKVMError, signals: (AbortSignal | undefined)[]) {
    for (const signal of signals) if (signal) this.#follow(signal);
    if (seconds !== Infinity && !this.signal.aborted) {
      this.#timer = setTimeout(() => this.#controller.abort(late()), seconds * 1000);
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The result of the work, or the reason for its end, whichever is first: even when the work does not listen to its signal. */
  async race<T>(work: Promise<T>): Promise<T> {
    let listener: (() => void) | undefined;
    const ended = new Promise<never>((_, reject) => {
      listener = () => reject(cancelledBy(this.signal));
      if (this.signal.aborted) listener();
      else this.signal.addEventListener("abort", listener, { once: true });
    });
    try {
      return await Promise.race([work, ended]);
    } finally {
      if (listener) this.signal.removeEventListener("abort", listener);
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const { signal, listener } of this.#followed) signal.removeEventListener("abort", listener);
  }

  #follow(signal: AbortSignal): void {
    if (signal.aborted) {
      this.#controller.abort(cancelledBy(signal));
      return;
    }
    const listener = () => this.#controller.abort(cancelledBy(signal));
    signal.addEventListener("abort", listener, { once: true });
    this.#followed.push({ signal, listener });
  }
}

/** The error to throw for an aborted signal: its own reason when that is one of ours, else a `CancelledError`. */
export function cancelledBy(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  if (reason instanceof Error && "retryable" in reason) return reason;
  return new CancelledError("Cancelled.", { cause: reason });
}

/** @throws the signal's error when it has ended. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelledBy(signal);
}

/** Waits. @throws the signal's error when it ends first. */
export async function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  throwIfCancelled(signal);
  try {
    await sleep(seconds * 1000, undefined, signal ? { signal } : {});
  } catch (error) {
    throwIfCancelled(signal);
    throw error;
  }
}
