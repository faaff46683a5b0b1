import type { AtxState } from "../../client";
import { button, DIAGNOSTIC, light, ON_OFF, sensor, SETTINGS, type Entity, type Part } from "../entity";

const POWER_STATES = ["on", "off", "sleep"];

/** What a switch and people send, as what the node understands; all else is the name of an action. */
const MEANT: Readonly<Record<string, string>> = { on: "ensure_on", true: "ensure_on", "1": "ensure_on" };

export const power: Part = {
  kinds: ["power", "atx"],
  entities({ power: state, atx }, { hasOwnButtons }) {
    const hasBoard = atx?.enabled === true;
    const hasButtons = hasBoard || hasOwnButtons;
    const value = typeof state === "string" ? state : null;
    return [
      ...(hasButtons ? [powerSwitch(value)] : []),
      ...(hasButtons || value !== null ? [{ ...sensor("power_state", value, stateConfig), topic: "power" }] : []),
      ...(hasBoard ? leds(atx) : []),
      ...(hasButtons ? buttons() : []),
    ];
  },
};

const stateConfig = { device_class: "enum", options: POWER_STATES };

const powerSwitch = (value: string | null): Entity => ({
  key: "power",
  platform: "switch",
  value,
  config: {
    ...ON_OFF,
    state_on: "on",
    state_off: "off",
    value_template: "{{ 'off' if value == 'sleep' else value }}",
    icon: "mdi:power",
  },
  command: {
    deeds: ["atx-power: ensure_on", "atx-power: off"],
    order(text) {
      const action = text.trim().toLowerCase();
      return { node: "atx-power", values: { action: MEANT[action] ?? action } };
    },
  },
});

const leds = ({ leds: { power, hdd } }: AtxState): Entity[] => [
  light("power_led", power, { device_class: "power" }),
  // It blinks: a database that keeps each change is full of nothing else.
  light("hdd_led", hdd, { ...DIAGNOSTIC, device_class: "running", enabled_by_default: false }),
];

const press = (key: string, action: string, config?: Record<string, unknown>): Entity =>
  button(key, `atx-power: ${action}`, { node: "atx-power", values: { action } }, config);

const buttons = (): Entity[] => [
  press("press_power", "click_power"),
  press("press_power_long", "click_power_long", SETTINGS),
  press("press_reset", "click_reset", { ...SETTINGS, device_class: "restart" }),
];
