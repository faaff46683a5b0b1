import { isRecord } from "../http/shape";
import type { HidState } from "../events/states";

/** What of the device the host must listen to. */
export type HostInput = "keyboard" | "mouse";

/** Whether the device says that the host listens. What it does not say is not wrong; ch9329 boards say 0 and 1. */
export function isOnline(state: HidState | undefined, input: HostInput): boolean {
  // What comes as an event nobody has checked.
  const part: unknown = state?.[input];
  const online = isRecord(part) ? part["online"] : undefined;
  return online !== false && online !== 0;
}
