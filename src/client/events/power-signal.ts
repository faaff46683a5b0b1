import type { DerivedState, Report } from "./derived";
import type { StateChange } from "./merge";
import type { PowerState } from "./power-led";

/**
 * The kind of state `power`, computed from something that a computer has only while it is on, and at times not even
 * then: a picture, a USB port. "on" as soon as it is there, "off" when it has not been there for some time.
 */
export class PowerSignal implements DerivedState {
  readonly #report: Report;
  readonly #says: (change: StateChange) => boolean | null | undefined;
  readonly #offAfter: number;
  #state: PowerState | undefined;
  #gone: NodeJS.Timeout | undefined;

  /**
   * @param says whether it is there; null when that cannot be known, undefined for a change that says nothing of it.
   * @param offAfter seconds.
   */
  constructor(report: Report, says: (change: StateChange) => boolean | null | undefined, offAfter: number) {
    this.#report = report;
    this.#says = says;
    this.#offAfter = offAfter;
  }

  /** What was seen before the connection broke says nothing about now. */
  onConnection(): void {
    this.stop();
    this.#state = undefined;
  }

  onState(change: StateChange): void {
    const isThere = this.#says(change);
    if (isThere === undefined) return;
    if (isThere !== false) this.stop();
    if (isThere === true) this.#change("on", 0);
    if (isThere === false) this.#gone ??= setTimeout(() => this.#change("off", this.#offAfter), this.#offAfter * 1000);
  }

  stop(): void {
    clearTimeout(this.#gone);
    this.#gone = undefined;
  }

  #change(state: PowerState, age: number): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#report.state({ kind: "power", state, age });
  }
}
