import type { PiKVMError } from "../errors";
import type { StateChange } from "./merge";

/**
 * A state that the device does not report but that is computed from what it does report, for one subscription. It is
 * reported when it changes, and again after each reconnect.
 */
export interface DerivedState {
  /** The event connection has opened or ended. */
  onConnection(isConnected: boolean): void;
  onState?(change: StateChange): void;
  /** Nothing is reported after that. */
  stop(): void;
}

/** Where a derived state is reported. */
export interface Report {
  state(change: StateChange): void;
  /** Why the state cannot be known. */
  problem(error: PiKVMError): void;
}

export type Derive = (report: Report) => DerivedState;
