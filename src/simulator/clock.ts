import { setImmediate as nextTurn } from "node:timers/promises";

/** Where the simulator takes its time from, so that a test can own it. */
export interface Clock {
  /** Milliseconds that only grow; what delays are measured with. */
  now(): number;
  /** Milliseconds since 1970 as the device's own clock shows them: the `Date` header, TOTP, `mod_ts`. */
  wall(): number;
  /** How many times faster than the client's time it goes. */
  readonly speed: number;
  setTimeout(run: () => void, ms: number): Timer;
  clearTimeout(timer: Timer): void;
}

export interface Timer {
  cancel(): void;
}

/**
 * Time as it is.
 *
 * @param skew - Milliseconds by which the device's wall clock is ahead of ours (negative: behind).
 */
export function realClock({ skew = 0 }: { skew?: number } = {}): Clock {
  return scaledClock(1, { skew });
}

/**
 * Delays run `factor` times faster. The wall clock does not: a TOTP code that the client computes from its own clock
 * must stay right.
 */
export function scaledClock(factor: number, { skew = 0 }: { skew?: number } = {}): Clock {
  return {
    now: () => performance.now() * factor,
    wall: () => Date.now() + skew,
    speed: factor,
    setTimeout(run, ms) {
      const handle = setTimeout(run, ms / factor);
      return { cancel: () => clearTimeout(handle) };
    },
    clearTimeout: (timer) => timer.cancel(),
  };
}

export interface ManualClock extends Clock {
  /** Lets `ms` pass: runs what becomes due, in order, and lets promises and sockets catch up after each. */
  advance(ms: number): Promise<void>;
}

/** Time that stands still until told to go on. */
export function manualClock({ wall = Date.now() }: { wall?: number } = {}): ManualClock {
  let now = 0;
  let waiting: { due: number; run: () => void }[] = [];

  const next = (until: number): { due: number; run: () => void } | undefined => {
    const first = waiting.reduce<{ due: number; run: () => void } | undefined>(
      (found, timer) => (found === undefined || timer.due < found.due ? timer : found),
      undefined,
    );
    return first !== undefined && first.due <= until ? first : undefined;
  };

  return {
    now: () => now,
    wall: () => wall + now,
    speed: 1,
    setTimeout(run, ms) {
      const entry = { due: now + Math.max(0, ms), run };
      waiting.push(entry);
      return {
        cancel: () => {
          waiting = waiting.filter((other) => other !== entry);
        },
      };
    },
    clearTimeout: (timer) => timer.cancel(),
    async advance(ms) {
      const until = now + ms;
      await nextTurn();
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        const due = timer;
        waiting = waiting.filter((other) => other !== due);
        now = Math.max(now, due.due);
        due.run();
        await nextTurn();
      }
      now = until;
    },
  };
}

/** What a sleeper gets when the one who slept is stopped. */
export class StoppedError extends Error {
  override name = "StoppedError";
}

/** For a `catch`: what was stopped on purpose has not failed. */
export function ignoreStop(error: unknown): void {
  if (!(error instanceof StoppedError)) throw error;
}

/** The timers of one owner, which end together. */
export class Timers {
  private readonly pending = new Set<{ timer: Timer; drop: () => void }>();

  constructor(readonly clock: Clock) {}

  after(ms: number, run: () => void, drop: () => void = () => undefined): Timer {
    const entry = {
      timer: this.clock.setTimeout(() => {
        this.pending.delete(entry);
        run();
      }, ms),
      drop,
    };
    this.pending.add(entry);
    return {
      cancel: () => {
        this.pending.delete(entry);
        this.clock.clearTimeout(entry.timer);
      },
    };
  }

  every(ms: number, run: () => void): void {
    this.after(ms, () => {
      run();
      this.every(ms, run);
    });
  }

  /** @throws StoppedError when the owner is stopped meanwhile. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.after(ms, resolve, () => reject(new StoppedError("stopped")));
    });
  }

  clear(): void {
    for (const entry of this.pending) {
      this.clock.clearTimeout(entry.timer);
      entry.drop();
    }
    this.pending.clear();
  }
}
