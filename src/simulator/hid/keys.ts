import type { Age } from "../age";
import { KEYS_SINCE } from "../since";

/** Every key name that kvmd accepts (4.187 and newer), with the Linux evdev code of its raw binary frames. */
const KEYS: Readonly<Record<string, number>> = {
  KeyA: 30,
  KeyB: 48,
  KeyC: 46,
  KeyD: 32,
  KeyE: 18,
  KeyF: 33,
  KeyG: 34,
  KeyH: 35,
  KeyI: 23,
  KeyJ: 36,
  KeyK: 37,
  KeyL: 38,
  KeyM: 50,
  KeyN: 49,
  KeyO: 24,
  KeyP: 25,
  KeyQ: 16,
  KeyR: 19,
  KeyS: 31,
  KeyT: 20,
  KeyU: 22,
  KeyV: 47,
  KeyW: 17,
  KeyX: 45,
  KeyY: 21,
  KeyZ: 44,
  Digit1: 2,
  Digit2: 3,
  Digit3: 4,
  Digit4: 5,
  Digit5: 6,
  Digit6: 7,
  Digit7: 8,
  Digit8: 9,
  Digit9: 10,
  Digit0: 11,
  Enter: 28,
  Escape: 1,
  Backspace: 14,
  Tab: 15,
  Space: 57,
  Minus: 12,
  Equal: 13,
  BracketLeft: 26,
  BracketRight: 27,
  Backslash: 43,
  Semicolon: 39,
  Quote: 40,
  Backquote: 41,
  Comma: 51,
  Period: 52,
  Slash: 53,
  CapsLock: 58,
  F1: 59,
  F2: 60,
  F3: 61,
  F4: 62,
  F5: 63,
  F6: 64,
  F7: 65,
  F8: 66,
  F9: 67,
  F10: 68,
  F11: 87,
  F12: 88,
  F13: 183,
  F14: 184,
  F15: 185,
  F16: 186,
  F17: 187,
  F18: 188,
  F19: 189,
  F20: 190,
  F21: 191,
  F22: 192,
  F23: 193,
  F24: 194,
  PrintScreen: 99,
  ScrollLock: 70,
  Pause: 119,
  Insert: 110,
  Home: 102,
  PageUp: 104,
  Delete: 111,
  End: 107,
  PageDown: 109,
  ArrowRight: 106,
  ArrowLeft: 105,
  ArrowDown: 108,
  ArrowUp: 103,
  ControlLeft: 29,
  ShiftLeft: 42,
  AltLeft: 56,
  MetaLeft: 125,
  ControlRight: 97,
  ShiftRight: 54,
  AltRight: 100,
  MetaRight: 126,
  NumLock: 69,
  NumpadDivide: 98,
  NumpadMultiply: 55,
  NumpadSubtract: 74,
  NumpadAdd: 78,
  NumpadEnter: 96,
  Numpad0: 82,
  Numpad1: 79,
  Numpad2: 80,
  Numpad3: 81,
  Numpad4: 75,
  Numpad5: 76,
  Numpad6: 77,
  Numpad7: 71,
  Numpad8: 72,
  Numpad9: 73,
  NumpadDecimal: 83,
  ContextMenu: 438,
  Power: 116,
  IntlBackslash: 86,
  IntlYen: 124,
  IntlRo: 89,
  KanaMode: 90,
  Convert: 92,
  NonConvert: 94,
  AudioVolumeMute: 113,
  AudioVolumeUp: 115,
  AudioVolumeDown: 114,
};

/** The names that a kvmd of some age accepts. */
export function keyNames(age: Age): ReadonlySet<string> {
  return new Set(Object.keys(KEYS).filter((key) => age.since(KEYS_SINCE[key] ?? "1.93")));
}

export const MODIFIERS: ReadonlySet<string> = new Set([
  "ShiftLeft",
  "ShiftRight",
  "ControlLeft",
  "ControlRight",
  "AltLeft",
  "AltRight",
  "MetaLeft",
  "MetaRight",
]);

/** `finish` does not release these: they stay held without notice. */
export function staysHeld(key: string): boolean {
  return MODIFIERS.has(key) || key === "PrintScreen";
}

const BUTTONS = { left: 272, right: 273, middle: 274, up: 278, down: 277 } as const;

export type Button = keyof typeof BUTTONS;
export const BUTTON_NAMES: readonly Button[] = ["left", "right", "middle", "up", "down"];

/** @returns the name of a raw evdev code, or undefined for a code that kvmd does not know. */
export function keyOfCode(code: number): string | undefined {
  return Object.entries(KEYS).find(([, known]) => known === code)?.[0];
}

export function buttonOfCode(code: number): Button | undefined {
  return BUTTON_NAMES.find((name) => BUTTONS[name] === code);
}
