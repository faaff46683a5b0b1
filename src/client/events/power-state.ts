import { pause } from "../deadline";
import { PiKVMError } from "../errors";
import { isUnknown } from "../power/knowledge";
import type { Sense } from "../power/sense";
import type { Derive, DerivedState, Report } from "./derived";
import type { StateChange } from "./merge";
import { PowerLed } from "./power-led";
import { PowerSignal } from "./power-signal";

/** Seconds until what looking takes is tried again. */
const RETRY_INTERVAL = 10;

/** The kind of state `power`, by what shows it. @param now see `PowerLed`. */
export const derivePower =
  (sense: Sense, now?: () => number): Derive =>
  (report) => {
    const problems = new Problems(report);
    if (sense.kind === "") return new NeverKnown(sense, problems);
    const says = ({ kind, state }: StateChange) =>
      kind === sense.kind ? problems.reported(() => sense.read(state)) : undefined;
    if (sense.isLamp) return new PowerLed(report, says, now);
    return new Kept(new PowerSignal(report, says, sense.offAfter), sense, problems);
  };

/** Why the power cannot be known, each told once: the device reports its states again and again. */
class Problems {
  readonly #report: Report;
  #told = "";

  constructor(report: Report) {
    this.#report = report;
  }

  /** @returns null when it cannot be known, undefined for what is no such state. */
  reported(read: () => boolean | null): boolean | null | undefined {
    try {
      const isOn = read();
      this.#told = "";
      // As the device sends it, which may be anything.
      return isOn === null || typeof isOn === "boolean" ? isOn : undefined;
    } catch (error) {
      if (!(error instanceof PiKVMError)) return undefined;
      this.tell(error);
      return null;
    }
  }

  tell(error: PiKVMError): void {
    if (error.message === this.#told) return;
    this.#told = error.message;
    this.#report.problem(error);
  }
}

/** Nothing tells it. */
class NeverKnown implements DerivedState {
  readonly #sense: Sense;
  readonly #problems: Problems;

  constructor(sense: Sense, problems: Problems) {
    this.#sense = sense;
    this.#problems = problems;
  }

  onConnection(): void {
    this.#problems.reported(() => this.#sense.read(undefined));
  }

  stop(): void {
    // Nothing runs.
  }
}

/** Keeps alive what looking takes, while the connection is open. */
class Kept implements DerivedState {
  readonly #power: DerivedState;
  readonly #sense: Sense;
  readonly #problems: Problems;
  #keeping = new AbortController();

  constructor(power: DerivedState, sense: Sense, problems: Problems) {
    this.#power = power;
    this.#sense = sense;
    this.#problems = problems;
  }

  onConnection(isConnected: boolean): void {
    this.#power.onConnection(isConnected);
    this.#keeping.abort();
    if (!isConnected || !this.#sense.during) return;
    this.#keeping = new AbortController();
    void this.#keep(this.#keeping.signal);
  }

  onState(change: StateChange): void {
    this.#power.onState?.(change);
  }

  stop(): void {
    this.#keeping.abort();
    this.#power.stop();
  }

  /** Never rejects. */
  async #keep(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#sense.during?.((end) => pause(FOREVER, signal, end), { signal });
      } catch (error) {
        // What else goes wrong is told of the connection, which has the same device.
        if (isUnknown(error)) this.#problems.tell(error);
      }
      await pause(RETRY_INTERVAL, signal).catch(() => undefined);
    }
  }
}

/** Seconds; a timer takes no more. */
const FOREVER = 2_000_000;
