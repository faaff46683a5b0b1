import { setTimeout as sleep } from "node:timers/promises";
import { CancelledError, PiKVMError } from "./errors";

/** The end of time for a piece of work. */
export interface Limit {
  seconds: number;
  /** Makes the error to throw then. */
  late: () => PiKVMError;
}

/**
 * The end of one piece of work: when one of the given signals ends, or when the time is over. Dispose it, so that
 * neither the timer nor a listener outlives the work.
 */
export class Deadline implements Disposable {
  #limit: Limit | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isLifted = false;
  readonly #signals: readonly (AbortSignal | undefined)[];
  #reason: PiKVMError | undefined;
  #listeners: ((error: PiKVMError) => void)[] = [];
  readonly #follower = (signal: AbortSignal): void => this.#end(cancelledBy(signal));
  #controller: AbortController | undefined;

  /** @param signals end the work; an `undefined` one is passed over. */
  constructor(signals: readonly (AbortSignal | undefined)[], limit?: Limit) {
    this.#limit = limit;
    this.#signals = signals;
    for (const signal of signals) if (signal) this.#follow(signal);
    if (limit) this.renew();
  }

  /** Ends with it, for who needs a signal; its reason is the error to throw. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  /** The error to throw when it has ended. */
  get error(): PiKVMError | undefined {
    return this.#reason && ownCopy(this.#reason);
  }

  /** Calls back when it ends, unless that is forgotten before. @returns what forgets it. */
  onEnd(listener: (error: PiKVMError) => void): () => unknown {
    this.#listeners.push(listener);
    return () => (this.#listeners = this.#listeners.filter((other) => other !== listener));
  }

  /** The time begins anew: the work makes progress. */
  renew(): void {
    this.#isLifted = false;
    const limit = this.#limit;
    if (!limit || this.#reason) return;
    // A long transfer does this for each of its pieces, and to set a timer takes longer than all else of a piece.
    if (this.#timer) this.#timer.refresh();
    else this.#timer = setTimeout(() => this.#timeIsOver(limit), limit.seconds * 1000);
  }

  /** Only the signals end the work, until the time is renewed. */
  lift(): void {
    this.#isLifted = true;
  }

  /**
   * The result of the work, or the reason for its end, whichever is first: even when the work does not listen to its
   * signal.
   */
  async race<T>(work: Promise<T>): Promise<T> {
    let forget: (() => unknown) | undefined;
    const ended = new Promise<never>((_, reject) => {
      if (this.error) reject(this.error);
      else forget = this.onEnd(reject);
    });
    try {
      return await Promise.race([work, ended]);
    } finally {
      forget?.();
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#limit = undefined;
    for (const signal of this.#signals) if (signal) Followers.of.get(signal)?.leave(this.#follower);
    this.#listeners = [];
  }

  #follow(signal: AbortSignal): void {
    if (signal.aborted) this.#end(cancelledBy(signal));
    else (Followers.of.get(signal) ?? new Followers(signal)).join(this.#follower);
  }

  #timeIsOver({ late }: Limit): void {
    this.#timer = undefined;
    if (!this.#isLifted) this.#end(late());
  }

  #end(reason: PiKVMError): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
    for (const listener of this.#listeners) listener(ownCopy(reason));
  }
}

/**
 * Who follows a signal, which has one listener for all of them. What has listened to a signal that lives long, such as
 * that of a device, hangs together, and would keep in memory all that came after it.
 */
class Followers {
  static readonly of = new WeakMap<AbortSignal, Followers>();
  readonly #signal: AbortSignal;
  readonly #all = new Set<(signal: AbortSignal) => void>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    Followers.of.set(signal, this);
  }

  join(follower: (signal: AbortSignal) => void): void {
    if (this.#all.size === 0) this.#signal.addEventListener("abort", this);
    this.#all.add(follower);
  }

  leave(follower: (signal: AbortSignal) => void): void {
    this.#all.delete(follower);
    if (this.#all.size === 0) this.#signal.removeEventListener("abort", this);
  }

  handleEvent(): void {
    for (const follower of this.#all) follower(this.#signal);
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
  return reason instanceof PiKVMError ? ownCopy(reason) : new CancelledError("Cancelled.", { cause: reason });
}

/** One signal may cancel many calls; what one of them adds to its error must not show up in another's. */
function ownCopy(error: PiKVMError): PiKVMError {
  if (!(error instanceof CancelledError)) return error;
  return new CancelledError(error.message, { code: error.code, cause: error.cause });
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
