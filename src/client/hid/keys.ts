import { ConfigurationError } from "../errors";

/** The keys that a device knows, named like the browser's `KeyboardEvent.code`. kvmd before 4.187 lacks some of F13 to F24. */
// prettier-ignore
export const KEYS = [
  "KeyA", "KeyB", "KeyC", "KeyD", "KeyE", "KeyF", "KeyG", "KeyH", "KeyI", "KeyJ", "KeyK", "KeyL", "KeyM", "KeyN",
  "KeyO", "KeyP", "KeyQ", "KeyR", "KeyS", "KeyT", "KeyU", "KeyV", "KeyW", "KeyX", "KeyY", "KeyZ",
  "Digit1", "Digit2", "Digit3", "Digit4", "Digit5", "Digit6", "Digit7", "Digit8", "Digit9", "Digit0",
  "Enter", "Escape", "Backspace", "Tab", "Space", "Minus", "Equal", "BracketLeft", "BracketRight", "Backslash",
  "Semicolon", "Quote", "Backquote", "Comma", "Period", "Slash", "CapsLock",
  "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12", "F13", "F14", "F15", "F16", "F17", "F18",
  "F19", "F20", "F21", "F22", "F23", "F24",
  "PrintScreen", "ScrollLock", "Pause", "Insert", "Home", "PageUp", "Delete", "End", "PageDown", "ArrowRight",
  "ArrowLeft", "ArrowDown", "ArrowUp",
  "ControlLeft", "ShiftLeft", "AltLeft", "MetaLeft", "ControlRight", "ShiftRight", "AltRight", "MetaRight",
  "NumLock", "NumpadDivide", "NumpadMultiply", "NumpadSubtract", "NumpadAdd", "NumpadEnter", "Numpad0", "Numpad1",
  "Numpad2", "Numpad3", "Numpad4", "Numpad5", "Numpad6", "Numpad7", "Numpad8", "Numpad9", "NumpadDecimal",
  "ContextMenu", "Power", "IntlBackslash", "IntlYen", "IntlRo", "KanaMode", "Convert", "NonConvert", "AudioVolumeMute",
  "AudioVolumeUp", "AudioVolumeDown",
] as const;

export type Key = (typeof KEYS)[number];

const NAMES: ReadonlySet<string> = new Set(KEYS);

export function isKey(name: string): name is Key {
  return NAMES.has(name);
}

/** @throws ConfigurationError for what is not the name of a key. */
export function knownKey(name: string): Key {
  if (isKey(name)) return name;
  throw new ConfigurationError(
    `"${name}" is not a key. Expected a name such as Enter, KeyA, Digit1, F12, ControlLeft.`,
  );
}

/** The device never releases these by itself, also when it is asked to finish the press. */
const STAYS_DOWN: ReadonlySet<Key> = new Set<Key>([
  ...(["ShiftLeft", "ShiftRight", "ControlLeft", "ControlRight", "AltLeft", "AltRight"] as const),
  ...(["MetaLeft", "MetaRight", "PrintScreen"] as const),
]);

export function staysDown(key: Key): boolean {
  return STAYS_DOWN.has(key);
}
