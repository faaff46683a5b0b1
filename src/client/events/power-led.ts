import type { DerivedState, Report } from "./derived";
import type { StateChange } from "./merge";

/** Whether the computer is on; null for a device whose ATX control is switched off, and while it cannot be known. */
export type PowerState = "on" | "off" | "sleep" | null;

/**
 * An LED that has not changed for so many seconds is steady. While a computer sleeps, its LED is on and off for 0.25 to
 * 2 s in turn.
 */
const STEADY = 3;
/** An LED that changes so many times without being steady in between blinks. A reset makes two changes. */
const BLINKING = 4;

/**
 * The kind of state `power`, computed from the power LED, or an input that is wired to it:
 * - "on" as soon as an LED lights up that was off;
 * - "sleep" with the fourth change of an LED that was never steady in between;
 * - everything else when the LED has been steady for 3 s, so that neither blinking nor a reset counts as "off".
 */
export class PowerLed implements DerivedState {
  readonly #report: Report;
  readonly #says: (change: StateChange) => boolean | null | undefined;
  readonly #now: () => number;
  #isLit: boolean | undefined;
  /** Changes since the LED was steady, and the time of the first one. */
  #changes = 0;
  #since = 0;
  #state: PowerState | undefined;
  #steady: NodeJS.Timeout | undefined;

  /**
   * @param says whether it is lit; null when that means nothing, undefined for a change that says nothing of it.
   * @param now the time in seconds, from a clock that is never set back.
   */
  constructor(
    report: Report,
    says: (change: StateChange) => boolean | null | undefined,
    now = () => performance.now() / 1000,
  ) {
    this.#report = report;
    this.#says = says;
    this.#now = now;
  }

  /** What was seen before the connection broke says nothing about now. */
  onConnection(): void {
    this.#reset();
    this.#state = undefined;
  }

  onState(change: StateChange): void {
    const isLit = this.#says(change);
    if (isLit === null) {
      this.#reset();
      this.#change(null, 0);
    } else if (isLit !== undefined && isLit !== this.#isLit) this.#see(isLit);
  }

  stop(): void {
    clearTimeout(this.#steady);
  }

  #see(isLit: boolean): void {
    if (this.#changes === 0) this.#since = this.#now();
    if (this.#isLit !== undefined) this.#changes += 1;
    this.#isLit = isLit;
    clearTimeout(this.#steady);
    this.#steady = setTimeout(() => this.#settle(isLit), STEADY * 1000);
    if (this.#changes >= BLINKING) this.#change("sleep", this.#now() - this.#since);
    else if (isLit && this.#changes === 1 && this.#state === "off") this.#change("on", 0);
  }

  #settle(isLit: boolean): void {
    this.#changes = 0;
    this.#change(isLit ? "on" : "off", STEADY);
  }

  #reset(): void {
    clearTimeout(this.#steady);
    this.#isLit = undefined;
    this.#changes = 0;
  }

  #change(state: PowerState, age: number): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#report.state({ kind: "power", state, age });
  }
}
