import { Deadline } from "./deadline";
import { BACKOFF, pauseAfter, type Backoff } from "./reconnect";

/**
 * Several that lose the same thing, and get it back together: one of them tries at a time, after a pause that grows
 * with each failure, and the others wait for what becomes of it. A device in an outage is asked as seldom as if only one
 * used it.
 */
export class SharedAttempts {
  readonly #backoff: Backoff;
  /** In a row. */
  #failures = 0;
  #failingSince = 0;
  /** Who tries for all. */
  #leader: Party | undefined;
  #pause: NodeJS.Timeout | undefined;
  /** In the order in which they will try. */
  readonly #waiting = new Map<Party, () => void>();

  constructor(backoff: Backoff = BACKOFF) {
    this.#backoff = backoff;
  }

  join(): Party {
    return new Party({
      failed: (party, signals) => this.#failed(party, signals),
      worked: (party) => this.#worked(party),
      leave: (party) => this.#leave(party),
    });
  }

  async #failed(party: Party, signals: readonly (AbortSignal | undefined)[]): Promise<void> {
    if (this.#leader === party) this.#leader = undefined;
    const deadline = new Deadline(signals);
    try {
      const turn = new Promise<void>((resolve) => this.#waiting.set(party, resolve));
      this.#pauseOnce();
      await deadline.race(turn);
    } finally {
      deadline[Symbol.dispose]();
      this.#waiting.delete(party);
      if (this.#waiting.size === 0) this.#endPause();
    }
  }

  #worked(party: Party): void {
    if (this.#leader !== party) return;
    this.#leader = undefined;
    this.#failures = 0;
    this.#endPause();
    for (const resolve of this.#waiting.values()) resolve();
    this.#waiting.clear();
  }

  #leave(party: Party): void {
    this.#waiting.delete(party);
    if (this.#leader !== party) return;
    this.#leader = undefined;
    this.#next();
  }

  /** Begins the pause before the next attempt, unless there is one or somebody tries. */
  #pauseOnce(): void {
    if (this.#pause !== undefined || this.#leader) return;
    if (this.#failures === 0) this.#failingSince = performance.now();
    this.#failures += 1;
    const failing = (performance.now() - this.#failingSince) / 1000;
    this.#pause = setTimeout(() => this.#next(), 1000 * pauseAfter(this.#failures, failing, this.#backoff));
  }

  #endPause(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
  }

  #next(): void {
    this.#endPause();
    const [first] = this.#waiting;
    if (!first) return;
    const [party, resolve] = first;
    this.#leader = party;
    this.#waiting.delete(party);
    resolve();
  }
}

interface Calls {
  failed: (party: Party, signals: readonly (AbortSignal | undefined)[]) => Promise<void>;
  worked: (party: Party) => void;
  leave: (party: Party) => void;
}

/** One of those who try. */
export class Party {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** It failed. Resolves when it is this one's turn to try, or when it works again. @throws what ends a signal. */
  failed(...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
    return this.#calls.failed(this, signals);
  }

  /** It works: those who wait need not try first. */
  worked(): void {
    this.#calls.worked(this);
  }

  /** It is not wanted any more; another one tries in its place. */
  leave(): void {
    this.#calls.leave(this);
  }
}
