import type { POWER_ACTIONS } from "../../nodes/atx-power/schema";

/** What each power action presses, and whether the computer is on afterwards: one that was off, and one that was on. */
export const PRESSES: Record<(typeof POWER_ACTIONS)[number], { off: [string[], boolean]; on: [string[], boolean] }> = {
  on: { off: [["power short"], true], on: [[], true] },
  off: { off: [[], false], on: [["power short"], false] },
  off_hard: { off: [[], false], on: [["power long"], false] },
  reset_hard: { off: [[], false], on: [["reset short"], true] },
  click_power: { off: [["power short"], true], on: [["power short"], false] },
  click_power_long: { off: [["power long"], true], on: [["power long"], false] },
  click_reset: { off: [["reset short"], false], on: [["reset short"], true] },
  ensure_on: { off: [["power short"], true], on: [[], true] },
  ensure_off: { off: [[], false], on: [["power short"], false] },
  power_or_reset: { off: [["power short"], true], on: [["reset short"], true] },
  cycle: { off: [["power short"], true], on: [["power short", "power short"], true] },
  state: { off: [[], false], on: [[], true] },
};
