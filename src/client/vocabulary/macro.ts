/** What a step of a macro may be, by the names that the device's web page saves. */
export const MACRO_EVENTS = [
  "delay",
  "delay_random",
  "print",
  "key",
  "mouse_button",
  "mouse_move",
  "mouse_move_random",
  "mouse_relative",
  "mouse_wheel",
  "atx_button",
  "gpio_switch",
  "gpio_pulse",
] as const;
export type MacroEvent = (typeof MACRO_EVENTS)[number];
