import { pause, throwIfCancelled, type Deadline } from "./deadline";

/** What is waited for. */
export interface Wanted<S> {
  /** What it throws ends the wait. */
  isRight: (seen: S) => boolean;
  /** Seconds for which it must stay right. Default 0. */
  holdFor?: number;
  /** What is right already does not count: it must become right. Default false. */
  next?: boolean;
}

/** How something is observed. */
export interface Observing<S> {
  /** Begins to listen, and hands what it hears to the wait. @returns what ends the listening. */
  listen?: (wait: Wait<S>) => () => void;
  /**
   * Looks, again and again; undefined when nothing is known now. Without it, what was heard lasts until something else
   * is heard; with it, only what each look sees counts.
   */
  look?: (signal: AbortSignal) => Promise<S | undefined>;
  /** Seconds from one look to the next, unless `lookAgain` is called before. */
  interval?: () => number;
}

const now = (): number => performance.now() / 1000;

/** Waits until something is as wanted, and has stayed so. One that was interrupted can be gone on with. */
export class Wait<S> {
  readonly #wanted: Required<Wanted<S>>;
  readonly #fulfilled: Promise<S>;
  #fulfil: (seen: S) => void = () => undefined;
  #fail: (error: unknown) => void = () => undefined;
  #isOver = false;
  /** Whether it may count as right: not before it was seen otherwise, when it must become right. */
  #mayCount: boolean;
  /** Since when it has been right; in seconds. */
  #since: number | undefined;
  #holding: NodeJS.Timeout | undefined;
  #lasts = true;
  #again = new AbortController();

  constructor({ isRight, holdFor = 0, next = false }: Wanted<S>) {
    this.#wanted = { isRight, holdFor, next };
    this.#mayCount = !next;
    this.#fulfilled = new Promise((resolve, reject) => {
      this.#fulfil = resolve;
      this.#fail = reject;
    });
    // It may fail before somebody awaits it.
    this.#fulfilled.catch(() => undefined);
  }

  /**
   * Observes until it is as wanted. It listens before it looks, so that no change in between is missed.
   * @returns what was seen last.
   * @throws the deadline's error; what fails the wait.
   */
  async until(deadline: Deadline, { listen, look, interval = () => 0 }: Observing<S>): Promise<S> {
    this.#lasts = look === undefined;
    const stop = listen?.(this);
    try {
      while (look && !this.#isOver) {
        throwIfCancelled(deadline.signal);
        this.#again = new AbortController();
        const at = now();
        const seen = await look(deadline.signal);
        if (seen === undefined) this.lose();
        else this.see(seen, at);
        await pause(interval(), this.#again.signal, deadline.signal).catch(() => undefined);
      }
      return await deadline.race(this.#fulfilled);
    } finally {
      stop?.();
      this.lose();
    }
  }

  /** It was seen so. @param at when, in seconds of the monotonic clock. Never throws: the caller may be a WebSocket. */
  see(seen: S, at = now()): void {
    try {
      if (this.#wanted.isRight(seen)) this.#seeRight(seen, at);
      else {
        this.#mayCount = true;
        this.lose();
      }
    } catch (error) {
      this.fail(error);
    }
  }

  /** Nothing is known of it now: the time for which it must stay right begins anew. */
  lose(): void {
    clearTimeout(this.#holding);
    this.#holding = undefined;
    this.#since = undefined;
  }

  /** It may have changed: look now. */
  lookAgain(): void {
    this.#again.abort();
  }

  /** Ends the wait with an error. */
  fail(error: unknown): void {
    this.#fail(error);
    this.#end();
  }

  #seeRight(seen: S, at: number): void {
    if (!this.#mayCount) return;
    this.#since ??= at;
    const left = this.#wanted.holdFor - (at - this.#since);
    clearTimeout(this.#holding);
    if (left <= 0) this.#succeed(seen);
    else if (this.#lasts) this.#holding = setTimeout(() => this.#succeed(seen), left * 1000);
  }

  #succeed(seen: S): void {
    this.#fulfil(seen);
    this.#end();
  }

  #end(): void {
    this.#isOver = true;
    this.#again.abort();
  }
}
