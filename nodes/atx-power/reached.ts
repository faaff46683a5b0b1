import type { Reached } from "../../src/runtime/look";

/** The parts of a result that the status tells of; the LEDs may not be known. */
export interface PowerSummary {
  action: string;
  pressed: boolean;
  state: { leds?: { power?: boolean } } | null;
}

/** What the power LED shows when a press has had its effect. A reset, and a click, do not show in it. */
const WANTED: Partial<Record<string, boolean>> = {
  on: true,
  ensure_on: true,
  power_or_reset: true,
  cycle: true,
  off: false,
  ensure_off: false,
  off_hard: false,
};

export function reached({ action, pressed, state }: PowerSummary): Reached {
  const isOn = state?.leds?.power;
  if (action === "state") return { words: isOn === undefined ? "read" : isOn ? "on" : "off" };
  if (!pressed) return { words: isOn ? "already_on" : "already_off" };
  // The computer may not have followed yet.
  if (isOn === undefined || isOn !== WANTED[action]) return { words: "pressed" };
  return { words: isOn ? "on" : "off" };
}
