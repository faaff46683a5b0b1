import { setTimeout as sleep } from "node:timers/promises";
import { CancelledError, PiKVMError } from "./errors";

/** The end of time for a piece of work. */
export interface Limit {
  seconds: number;
  /** Makes the error to throw then. */
  late: () => PiKVMError;
}

/**
 * One abort signal for one piece of work: it ends when one of the given signals ends, or when the time is over.
 * Its reason is the error to throw. Dispose it, so that neither the timer nor a listener outlives the work.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #limit: Limit | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #followed: { signal: AbortSignal; listener: () => void }[] = [];

  /** @param signals end the work; an `undefined` one is passed over. */
  constructor(signals: readonly (AbortSignal | undefined)[], limit?: Limit) {
    this.#limit = limit;
    for (const signal of signals) if (signal) this.#follow(signal);
    this.renew();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The time begins anew: the work makes progress. */
  renew(): void {
    this.lift();
    const limit = this.#limit;
    if (!limit || this.signal.aborted) return;
    this.#timer = setTimeout(() => this.#controller.abort(limit.late()), limit.seconds * 1000);
  }

  /** Only the signals end the work, until the time is renewed. */
  lift(): void {
    clearTimeout(this.#timer);
  }

  /**
   * The result of the work, or the reason for its end, whichever is first: even when the work does not listen to its
   * signal.
   */
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
    this.lift();
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

/** Runs work with a deadline of its own, which it does not leave behind. */
export async function within<T>(
  signals: readonly (AbortSignal | undefined)[],
  limit: Limit | undefined,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const deadline = new Deadline(signals, limit);
  try {
    return await work(deadline);
  } finally {
    deadline[Symbol.dispose]();
  }
}

/** The error to throw for an aborted signal: its own reason when that is one of ours, else a `CancelledError`. */
export function cancelledBy(signal: AbortSignal): PiKVMError {
  const reason: unknown = signal.reason;
  // One signal may cancel many calls; what one of them adds to its error must not show up in another's.
  if (reason instanceof CancelledError) {
    return new CancelledError(reason.message, { code: reason.code, cause: reason.cause });
  }
  return reason instanceof PiKVMError ? reason : new CancelledError("Cancelled.", { cause: reason });
}

/** @throws the signal's error when it has ended. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelledBy(signal);
}

/** Waits. @throws the error of the first of the signals that ends meanwhile. */
export async function pause(seconds: number, ...signals: (AbortSignal | undefined)[]): Promise<void> {
  await within(signals, undefined, async ({ signal }) => {
    throwIfCancelled(signal);
    try {
      await sleep(seconds * 1000, undefined, { signal });
    } catch {
      throw cancelledBy(signal);
    }
  });
}
