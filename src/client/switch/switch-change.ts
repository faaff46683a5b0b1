import type { Switch } from "./switch";
import type { SwitchState } from "./switch-state";
import type { CallOptions } from "../http/transport";
import type { StateWaiter } from "../events/state-waiter";

export interface SwitchResult {
  /** False when everything was as wanted already. */
  changed: boolean;
  state: SwitchState;
}

interface Change {
  before: SwitchState;
  isRight: (state: SwitchState) => boolean;
  send: () => Promise<void>;
  /** What to say when the switch does not report it in time. */
  failure: (last: SwitchState) => string;
  /** Seconds. */
  timeout: number;
  signal: AbortSignal;
}

/**
 * Sends a command where it is needed, and waits until the switch reports that it has worked: its answer says only
 * that the command is queued.
 */
export async function change(kvmSwitch: Switch, waiter: StateWaiter, wanted: Change): Promise<SwitchResult> {
  const { before, isRight, timeout, signal } = wanted;
  if (isRight(before)) return { changed: false, state: before };
  await wanted.send();
  let last = before;
  const read = async (how: CallOptions) => (last = await kvmSwitch.getState(how));
  const failure = () => wanted.failure(last);
  const state = await waiter.until("switch", read, isRight, { timeout, signal, failure });
  return { changed: true, state };
}
