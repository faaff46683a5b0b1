/** The kinds of state that a device reports; it may send others. */
export const STATE_KINDS = [
  "atx",
  "hid",
  "hid_keymaps",
  "msd",
  "gpio",
  "streamer",
  "ocr",
  "switch",
  "info",
  "clients",
] as const;
export type StateKind = (typeof STATE_KINDS)[number];

/**
 * The kinds of state that are computed from what the device reports: the computer's power, and whether nobody is at it.
 */
export const DERIVED_KINDS = ["power", "idle"] as const;
export type DerivedKind = (typeof DERIVED_KINDS)[number];

const PATH = /^\w+(\.\w[\w-]*|\[(\d+|"[^"]*"|'[^']*')\])*$/;
const STEP = /(\w[\w-]*)|\[(?:(\d+)|"([^"]*)"|'([^']*)')\]/g;

/** Whether a text is a path into the states: `atx.leds.power`, `gpio.state.outputs["a b"].state`, `clients[0]`. */
export function isStatePath(text: string): boolean {
  return PATH.test(text);
}

/** The kind of a path, and then the names and indices below it; none of what is no path. */
export function stepsOfPath(text: string): string[] {
  if (!isStatePath(text)) return [];
  return Array.from(text.matchAll(STEP), ([, name, index, double, single]) => name ?? index ?? double ?? single ?? "");
}
