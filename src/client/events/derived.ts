import type { PiKVMError } from "../errors";
import type { StateChange } from "./merge";

/** A state that is computed from what a device reports, for one subscription. It is told when it changes, and anew with each session. */
export interface DerivedState {
  /** The event connection has come or gone. */
  onConnection(isConnected: boolean): void;
  onState?(change: StateChange): void;
  /** Nothing is told after that. */
  end(): void;
}

/** Whom a derived state tells. */
export interface Told {
  state(change: StateChange): void;
  /** Why it cannot be known. */
  problem(error: PiKVMError): void;
}

export type Derive = (told: Told) => DerivedState;
