import type { Presence } from "../presence";
import type { StateChange } from "./merge";
import type { States } from "./states";

/** Kinds of states with what kvmd reads from its pins: LEDs and inputs. */
const OF_PINS = new Set(["atx", "gpio"]);

/** Holds back what a device says of its pins as long as it may not be so: see `Presence`. */
export class FirstReadings {
  readonly #presence: Presence;
  readonly #tell: (change: StateChange) => void;
  readonly #held = new Map<string, StateChange>();
  #timer: NodeJS.Timeout | undefined;

  /** @param tell gets what was held back, once it is so. */
  constructor(presence: Presence, tell: (change: StateChange) => void) {
    this.#presence = presence;
    this.#tell = tell;
  }

  /** @returns whether it was held back. */
  hold(change: StateChange): boolean {
    if (!OF_PINS.has(change.kind)) return false;
    const { unsure } = this.#presence;
    if (unsure === 0 && !this.#held.has(change.kind)) return false;
    this.#held.set(change.kind, change);
    this.#timer ??= setTimeout(() => this.#release(), unsure * 1000);
    return true;
  }

  /** Those of the states that can be believed. */
  without(states: Readonly<States>): Readonly<States> {
    if (this.#held.size === 0) return states;
    return Object.fromEntries(Object.entries(states).filter(([kind]) => !this.#held.has(kind)));
  }

  /** Forgets what was held back. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#held.clear();
  }

  #release(): void {
    const changes = [...this.#held.values()];
    this.drop();
    for (const change of changes) this.#tell(change);
  }
}
