import type { Switch } from "./switch";
import type { SwitchState } from "./switch-state";
import type { CallOptions } from "../http/transport";
import type { StateWaiter } from "../events/wait";

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
 * The switch answers when a command is queued, whatever becomes of it: sends what is needed, and waits until it is
 * reported.
 */
export async function change(kvmSwitch: Switch, waiter: StateWaiter, wanted: Change): Promise<SwitchResult> {
  const { before, isRight, timeout, signal } = wanted;
  if (isRight(before)) return { changed: false, state: before };
  await wanted.send();
  let last = before;
  const look = async (how: CallOptions) => (last = await kvmSwitch.getState(how));
  const failure = () => wanted.failure(last);
  const state = await waiter.until("switch", look, isRight, { timeout, signal, failure });
  return { changed: true, state };
}
