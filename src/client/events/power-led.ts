import type { DerivedState, Told } from "./derived";
import type { StateChange } from "./merge";
import { valueAt } from "./state-path";

/** What the power LED shows; null for a device whose ATX control is switched off. */
export type PowerState = "on" | "off" | "sleep" | null;

/** Seconds without a change after which the LED is steady. A sleeping computer's is lit and dark for 0.25 to 2 s in turn. */
const STEADY = 3;
/** So many changes, each within that time of the one before, are blinking. A reset makes two. */
const BLINKING = 4;

/**
 * The kind of state `power`. An LED that has been dark is "on" at once when it lights up; one that changes for the fourth time, never steady
 * in between, is "sleep"; everything else is told when the LED has been steady for 3 s, so that neither the blinking nor a reset is an "off".
 */
export class PowerLed implements DerivedState {
  readonly #told: Told;
  readonly #now: () => number;
  #isLit: boolean | undefined;
  /** Since the LED was steady, and when the first of them was. */
  #changes = 0;
  #since = 0;
  #state: PowerState | undefined;
  #steady: NodeJS.Timeout | undefined;

  /** @param now seconds that only grow. */
  constructor(told: Told, now = () => performance.now() / 1000) {
    this.#told = told;
    this.#now = now;
  }

  /** What was seen before the connection broke says nothing about now. */
  onConnection(): void {
    this.#forget();
    this.#state = undefined;
  }

  onState({ kind, state }: StateChange): void {
    if (kind !== "atx") return;
    if (valueAt(state, ["enabled"]) === false) {
      this.#forget();
      this.#tell(null, 0);
      return;
    }
    const isLit = valueAt(state, ["leds", "power"]);
    if (typeof isLit === "boolean" && isLit !== this.#isLit) this.#see(isLit);
  }

  end(): void {
    clearTimeout(this.#steady);
  }

  #see(isLit: boolean): void {
    if (this.#changes === 0) this.#since = this.#now();
    if (this.#isLit !== undefined) this.#changes += 1;
    this.#isLit = isLit;
    clearTimeout(this.#steady);
    this.#steady = setTimeout(() => this.#settle(isLit), STEADY * 1000);
    if (this.#changes >= BLINKING) this.#tell("sleep", this.#now() - this.#since);
    else if (isLit && this.#changes === 1 && this.#state === "off") this.#tell("on", 0);
  }

  #settle(isLit: boolean): void {
    this.#changes = 0;
    this.#tell(isLit ? "on" : "off", STEADY);
  }

  #forget(): void {
    clearTimeout(this.#steady);
    this.#isLit = undefined;
    this.#changes = 0;
  }

  #tell(state: PowerState, age: number): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#told.state({ kind: "power", state, age });
  }
}
