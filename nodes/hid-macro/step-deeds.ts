import type { Permission } from "../../src/actions/permit";
import type { MacroStep } from "../../src/client";
import type { AtxButton } from "../../src/client/vocabulary";
import { deedOf, type Deed } from "../../src/schema/deeds";
import type { NodeSchema } from "../../src/schema/node";
import { schema as atxPower, type PowerAction } from "../atx-power/schema";
import { schema as gpio } from "../gpio/schema";

/** What stands for a button of the ATX board in atx-power. */
const PRESSED_AS: Record<AtxButton, PowerAction> = {
  power: "click_power",
  power_long: "click_power_long",
  reset: "click_reset",
};

/** A macro is no way around what the device does not let through: its buttons and relays count as those of other nodes. */
export function demandStep(permit: Permission, step: MacroStep): void {
  const deed = deedOfStep(step);
  if (deed) permit.demand(deed);
}

function deedOfStep({ event_type, event }: MacroStep): Deed | undefined {
  switch (event_type) {
    case "atx_button":
      return actionOf(atxPower, PRESSED_AS[event.button]);
    case "gpio_switch":
      return actionOf(gpio, event.state ? "on" : "off");
    case "gpio_pulse":
      return actionOf(gpio, "pulse");
    default:
      return undefined;
  }
}

const actionOf = (schema: NodeSchema, action: string): Deed => deedOf(schema, () => action);
