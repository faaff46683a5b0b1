import { type Clock, Timers } from "../clock";

/** An LED that blinks while the computer sleeps. */
export class Blinking {
  readonly #period: number;
  readonly #changed: () => void;

  /** Whether it is in a dark phase. */
  isDark = false;
  readonly #timers: Timers;
  #running = false;

  /** @param period - of a dark and a lit phase, ms. */
  constructor(clock: Clock, period: number, changed: () => void) {
    this.#period = period;
    this.#changed = changed;
    this.#timers = new Timers(clock);
  }

  get isRunning(): boolean {
    return this.#running;
  }

  start(): void {
    this.#running = true;
    this.#turn(true);
  }

  stop(): void {
    this.#timers.clear();
    this.#running = false;
    this.isDark = false;
  }

  #turn(isDark: boolean): void {
    this.isDark = isDark;
    this.#changed();
    this.#timers.after(this.#period / 2, () => this.#turn(!isDark));
  }
}
