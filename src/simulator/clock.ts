import { setImmediate as nextTurn } from "node:timers/promises";

/** Where the simulator takes its time from, so that a test can own it. */
export interface Clock {
  /** Milliseconds that only grow; what delays are measured with. */
  now(): number;
  /** The same, but it also goes on while what is due waits for a busy machine. */
  elapsed(): number;
  /** Milliseconds since 1970 as the device's own clock shows them: the `Date` header, TOTP, `mod_ts`. */
  wall(): number;
  /** How many times faster than the client's time it goes. */
  readonly speed: number;
  setTimeout(run: () => void, ms: number): Timer;
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

/** How far, in our milliseconds, simulated time may fall behind before it stands still instead of catching up. */
const MAX_LAG_MS = 250;

/**
 * Time runs `factor` times faster. The wall clock does not: a TOTP code that the client computes from its own clock
 * must stay right.
 *
 * A busy machine runs timers late. Time does not pass over what is due, so that a button that is to be held for 100 ms
 * is held for 100 ms: a machine that is too slow makes the simulated world slow, never wrong.
 */
export function scaledClock(factor: number, { skew = 0 }: { skew?: number } = {}): Clock {
  let lost = 0;
  let alarm: NodeJS.Timeout | undefined;
  const passed = (): number => performance.now() * factor - lost;

  const due = new Agenda(() => {
    clearTimeout(alarm);
    if (due.next === undefined) return;
    // On a busy machine it may be overdue; Node warns of a negative time.
    alarm = setTimeout(() => void ring(), Math.max(0, Math.ceil((due.next - passed()) / factor)));
  });
  const ring = async (): Promise<void> => {
    lost += Math.max(0, passed() - (due.next ?? Infinity) - MAX_LAG_MS * factor);
    await due.runUntil(passed);
  };

  return {
    now: () => due.at(passed()),
    elapsed: passed,
    wall: () => Date.now() + skew,
    speed: factor,
    setTimeout: (run, ms) => due.add(due.at(passed()) + Math.max(0, ms), run),
  };
}

export interface ManualClock extends Clock {
  /** Lets `ms` pass: runs what becomes due, in order, and lets promises and sockets catch up after each. */
  advance(ms: number): Promise<void>;
}

/** Time that stands still until `advance` lets it go on. */
export function manualClock({ wall = Date.now() }: { wall?: number } = {}): ManualClock {
  let passed = 0;
  const due = new Agenda();
  return {
    now: () => due.at(passed),
    elapsed: () => passed,
    wall: () => wall + due.at(passed),
    speed: 1,
    setTimeout: (run, ms) => due.add(due.at(passed) + Math.max(0, ms), run),
    async advance(ms) {
      const until = due.at(passed) + ms;
      await nextTurn();
      passed = Math.max(passed, until);
      await due.runUntil(() => passed);
    },
  };
}

/** What is to be run, soonest first. */
class Agenda {
  readonly #changed: () => void;
  readonly #entries: { due: number; run: () => void }[] = [];
  /** The time of what is being run, until promises and sockets have caught up with it. */
  #current: number | undefined;
  #running: Promise<void> | undefined;

  /** @param changed - Called when another one, or none, is the next to be run; not while they are being run. */
  constructor(changed: () => void = () => undefined) {
    this.#changed = changed;
  }

  /** When the next one is due. */
  get next(): number | undefined {
    return this.#entries[0]?.due;
  }

  /** What time it is when `passed` have passed: time does not pass over what is due and has not been run. */
  at(passed: number): number {
    return this.#current ?? Math.min(passed, this.next ?? Infinity);
  }

  add(due: number, run: () => void): Timer {
    const entry = { due, run };
    const later = this.#entries.findIndex((other) => other.due > due);
    this.#change(() => this.#entries.splice(later === -1 ? this.#entries.length : later, 0, entry));
    return { cancel: () => this.#change(() => this.#remove(entry)) };
  }

  /** Runs what is due, in order. `passed` is asked again each time, since running takes time too. */
  runUntil(passed: () => number): Promise<void> {
    return (this.#running ??= this.#run(passed).finally(() => (this.#running = undefined)));
  }

  async #run(passed: () => number): Promise<void> {
    for (let first = this.#entries[0]; first !== undefined && first.due <= passed(); first = this.#entries[0]) {
      this.#entries.shift();
      this.#current = first.due;
      first.run();
      await nextTurn();
    }
    this.#current = undefined;
    this.#changed();
  }

  #remove(entry: object): void {
    const index = this.#entries.findIndex((other) => other === entry);
    if (index !== -1) this.#entries.splice(index, 1);
  }

  #change(act: () => void): void {
    const { next } = this;
    act();
    if (this.next !== next && this.#current === undefined) this.#changed();
  }
}

/** What `sleep` rejects with when the owner of the timers is stopped. */
export class StoppedError extends Error {
  override name = "StoppedError";
}

/** For a `catch`: what was stopped on purpose has not failed. */
export function ignoreStop(error: unknown): void {
  if (!(error instanceof StoppedError)) throw error;
}

/** The timers of one owner, which end together. */
export class Timers {
  readonly #pending = new Set<{ timer: Timer; drop: () => void }>();

  constructor(readonly clock: Clock) {}

  after(ms: number, run: () => void, drop: () => void = () => undefined): Timer {
    const entry = {
      timer: this.clock.setTimeout(() => {
        this.#pending.delete(entry);
        run();
      }, ms),
      drop,
    };
    this.#pending.add(entry);
    return {
      cancel: () => {
        this.#pending.delete(entry);
        entry.timer.cancel();
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
    for (const entry of this.#pending) {
      entry.timer.cancel();
      entry.drop();
    }
    this.#pending.clear();
  }
}
