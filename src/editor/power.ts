import { POWER_ACTIONS } from "../config";
import type { MayBe } from "./fields";

/** These watch the power LED whatever is waited for otherwise. */
const WATCHING = ["ensure_on", "ensure_off", "cycle"];
const PRESSING = POWER_ACTIONS.filter((action) => action !== "state" && !WATCHING.includes(action));

type Use = (mayBe: MayBe) => boolean;

/** When the fields of a power action matter. @param field holds the action. */
export const powerUse = (field: string): Record<"waits" | "watches" | "offs" | "cycles" | "presses", Use> => {
  const waits: Use = (mayBe) => mayBe(field, ...PRESSING);
  return {
    waits,
    watches: (mayBe) => mayBe(field, ...WATCHING) || (waits(mayBe) && mayBe("wait", "led")),
    offs: (mayBe) => mayBe(field, "ensure_off", "cycle"),
    cycles: (mayBe) => mayBe(field, "cycle"),
    presses: (mayBe) => mayBe(field, ...PRESSING, ...WATCHING),
  };
};
