import { POWER_WAITS } from "../../src/client/vocabulary";
import { BUSY_RETRY } from "../../src/schema/common";
import type { Effect } from "../../src/schema/deeds";
import { choice, fromMsg, seconds } from "../../src/schema/field";
import { actionNode } from "../../src/schema/node";
import type { When } from "../../src/schema/when";

/** Each power action, and what it does with the button: press it as asked, or watch the power LED whatever is asked. */
const ACTIONS = {
  on: "presses",
  off: "presses",
  off_hard: "presses",
  reset_hard: "presses",
  click_power: "presses",
  click_power_long: "presses",
  click_reset: "presses",
  ensure_on: "watches",
  ensure_off: "watches",
  power_or_reset: "presses",
  cycle: "watches",
  state: "reads",
} as const;

export type PowerAction = keyof typeof ACTIONS;

export const POWER_ACTIONS = Object.keys(ACTIONS) as PowerAction[]; // Object.keys forgets that there are no others

const that = (what: (typeof ACTIONS)[PowerAction]) => POWER_ACTIONS.filter((action) => ACTIONS[action] === what);
const WATCHING = that("watches");
const PRESSING = that("presses");

/** What switches and dashboards send instead. */
export const POWER_SYNONYMS = { true: "on", "1": "on", false: "off", "0": "off", reset: "reset_hard" } as const;

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
    timeout: seconds({
      icon: "clock-o",
      min: 0.1,
      max: 3600,
      default: 30,
      expert: "unless sure",
      when: [watches, confirmed] as When,
    }),
    hardAfter: seconds({
      icon: "hand-paper-o",
      max: 3600,
      default: 0,
      hint: true,
      expert: "unless sure",
      when: { ...also, [by]: ["ensure_off", "cycle"] },
    }),
    offTime: seconds({
      icon: "pause",
      max: 3600,
      default: 5,
      expert: "unless sure",
      when: { ...also, [by]: ["cycle"] },
    }),
    busyRetry: seconds({
      ...BUSY_RETRY,
      hint: true,
      when: { ...also, [by]: [...PRESSING, ...WATCHING] },
    }),
  } as const;
}

/** A press may also switch off what is on. */
export const POWER_EFFECTS: Readonly<Record<PowerAction, Effect>> = {
  on: "changes",
  off: "destroys",
  off_hard: "destroys",
  reset_hard: "destroys",
  click_power: "destroys",
  click_power_long: "destroys",
  click_reset: "destroys",
  ensure_on: "changes",
  ensure_off: "destroys",
  power_or_reset: "destroys",
  cycle: "destroys",
  state: "reads",
};

const { wait, ...times } = powerFields("action");

export const schema = actionNode({
  name: "atx-power",
  deeds: { by: "action", does: POWER_EFFECTS },
  fields: {
    action: choice(POWER_ACTIONS, {
      icon: "power-off",
      default: fromMsg("payload"),
      synonyms: POWER_SYNONYMS,
      hint: true,
    }),
    // Whoever drags it wants to know that it has worked; flows without the field wait as ever.
    wait: { ...wait, fresh: "led" },
    ...times,
  },
});
