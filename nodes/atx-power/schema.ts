import { POWER_WAITS } from "../../src/client/vocabulary";
import { choice, fromMsg, seconds } from "../../src/schema/field";
import { actionNode } from "../../src/schema/node";
import type { When } from "../../src/schema/when";

export const POWER_ACTIONS = [
  "on",
  "off",
  "off_hard",
  "reset_hard",
  "click_power",
  "click_power_long",
  "click_reset",
  "ensure_on",
  "ensure_off",
  "power_or_reset",
  "cycle",
  "state",
] as const;

/** What switches and dashboards send instead. */
export const POWER_SYNONYMS = { true: "on", "1": "on", false: "off", "0": "off", reset: "reset_hard" } as const;

/** These watch the power LED whatever is waited for otherwise. */
const WATCHING = ["ensure_on", "ensure_off", "cycle"] as const;
const PRESSING = [
  "on",
  "off",
  "off_hard",
  "reset_hard",
  "click_power",
  "click_power_long",
  "click_reset",
  "power_or_reset",
] as const;

/**
 * What goes with a power action.
 * @param by the field that holds the action.
 * @param also what else must be so for the action to matter.
 */
export function powerFields(by: string, also: Record<string, readonly string[]> = {}) {
  const watches: When = { ...also, [by]: WATCHING };
  const confirmed: When = { ...also, [by]: PRESSING, wait: ["led"] };
  return {
    wait: choice(POWER_WAITS, {
      icon: "hourglass-half",
      default: "finished",
      words: "atx-power:wait",
      when: { ...also, [by]: PRESSING },
    }),
    timeout: seconds({ icon: "clock-o", min: 0.1, max: 3600, default: 30, when: [watches, confirmed] as When }),
    hardAfter: seconds({
      icon: "hand-paper-o",
      max: 3600,
      default: 0,
      hint: true,
      when: { ...also, [by]: ["ensure_off", "cycle"] },
    }),
    offTime: seconds({ icon: "pause", max: 3600, default: 5, when: { ...also, [by]: ["cycle"] } }),
    busyRetry: seconds({
      icon: "repeat",
      max: 600,
      default: 10,
      hint: true,
      expert: true,
      when: { ...also, [by]: [...PRESSING, ...WATCHING] },
    }),
  } as const;
}

export const schema = actionNode({
  name: "atx-power",
  fields: {
    action: choice(POWER_ACTIONS, {
      icon: "power-off",
      default: fromMsg("payload"),
      synonyms: POWER_SYNONYMS,
      hint: true,
    }),
    ...powerFields("action"),
  },
});
