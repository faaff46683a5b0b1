import type { HidState } from "../../client";
import { button, DIAGNOSTIC, light, ON_OFF, onOff, sensor, SETTINGS, type Entity, type Part } from "../entity";

const NODE = "hid-keys";

export const keyboard: Part = {
  kinds: ["hid"],
  entities({ hid }) {
    if (!hid || hid.enabled === false) return [];
    return [...reading(hid), ...keys(), ...texts(), ...care(hid), ...jiggling(hid)];
  },
};

/** Of ch9329 boards it is a number. */
const isOnline = (online: boolean | number): boolean => online === true || online === 1;

const reading = ({ keyboard, mouse }: HidState): Entity[] => [
  light("keyboard_online", isOnline(keyboard.online), { ...DIAGNOSTIC, device_class: "connectivity" }),
  light("mouse_online", isOnline(mouse.online), { ...DIAGNOSTIC, device_class: "connectivity" }),
  ...(["caps", "num", "scroll"] as const).map((led) => light(`${led}_lock`, keyboard.leds[led], DIAGNOSTIC)),
];

const keys = (): Entity[] => [
  button("ctrl_alt_del", `${NODE}: shortcut`, {
    node: NODE,
    values: { action: "shortcut", keys: "ControlLeft+AltLeft+Delete" },
  }),
  // A key that means nothing alone.
  button("wake", `${NODE}: key`, { node: NODE, values: { action: "key", key: "ShiftLeft" } }),
];

/** What was typed is not kept: the state is always empty. */
const texts = (): Entity[] => [typing("type", false), typing("type_enter", true)];

const typing = (key: string, enter: boolean): Entity => ({
  key,
  platform: "text",
  value: "",
  config: { min: 0, max: 255, mode: "text" },
  command: { deeds: [`${NODE}: text`], order: (text) => ({ node: NODE, values: { action: "text", text, enter } }) },
});

const care = ({ connected }: HidState): Entity[] => [
  button("reset_hid", `${NODE}: reset`, { node: NODE, values: { action: "reset" } }, SETTINGS),
  ...(typeof connected === "boolean"
    ? [button("reconnect_usb", `${NODE}: reconnect`, { node: NODE, values: { action: "reconnect" } }, SETTINGS)]
    : []),
];

/** What means on and off elsewhere, too. */
const MEANT = new Map([
  ["true", "on"],
  ["1", "on"],
  ["false", "off"],
  ["0", "off"],
]);

const jiggling = ({ jiggler }: HidState): Entity[] => {
  if (!jiggler?.enabled) return [];
  return [
    {
      key: "jiggler",
      platform: "switch",
      value: onOff(jiggler.active),
      config: { ...ON_OFF, ...SETTINGS, icon: "mdi:mouse-move-vertical" },
      readAs: { key: "jiggler_state", platform: "binary_sensor", config: { ...ON_OFF, ...DIAGNOSTIC } },
      command: {
        deeds: [`${NODE}: jiggler_on`, `${NODE}: jiggler_off`],
        order(text) {
          const word = text.trim().toLowerCase();
          return { node: NODE, values: { action: `jiggler_${MEANT.get(word) ?? word}` } };
        },
      },
    },
    sensor("jiggler_interval", jiggler.interval, { ...DIAGNOSTIC, device_class: "duration", unit_of_measurement: "s" }),
  ];
};
