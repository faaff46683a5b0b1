/**
 * The keys that a device knows, named like the browser's `KeyboardEvent.code`; those that people look for first stand
 * first. Devices with older software lack some of F13 to F24.
 */
// prettier-ignore
export const KEYS = [
  "Enter", "Escape", "Backspace", "Tab", "Space", "Delete", "Insert", "Home", "End", "PageUp", "PageDown",
  "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight",
  "ControlLeft", "ControlRight", "AltLeft", "AltRight", "ShiftLeft", "ShiftRight", "MetaLeft", "MetaRight",
  "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12",
  "F13", "F14", "F15", "F16", "F17", "F18", "F19", "F20", "F21", "F22", "F23", "F24",
  "KeyA", "KeyB", "KeyC", "KeyD", "KeyE", "KeyF", "KeyG", "KeyH", "KeyI", "KeyJ", "KeyK", "KeyL", "KeyM",
  "KeyN", "KeyO", "KeyP", "KeyQ", "KeyR", "KeyS", "KeyT", "KeyU", "KeyV", "KeyW", "KeyX", "KeyY", "KeyZ",
  "Digit0", "Digit1", "Digit2", "Digit3", "Digit4", "Digit5", "Digit6", "Digit7", "Digit8", "Digit9",
  "Minus", "Equal", "BracketLeft", "BracketRight", "Backslash", "Semicolon", "Quote", "Backquote", "Comma", "Period",
  "Slash",
  "PrintScreen", "ScrollLock", "Pause", "CapsLock", "NumLock", "ContextMenu", "Power",
  "Numpad0", "Numpad1", "Numpad2", "Numpad3", "Numpad4", "Numpad5", "Numpad6", "Numpad7", "Numpad8", "Numpad9",
  "NumpadDivide", "NumpadMultiply", "NumpadSubtract", "NumpadAdd", "NumpadEnter", "NumpadDecimal",
  "IntlBackslash", "IntlYen", "IntlRo", "KanaMode", "Convert", "NonConvert",
  "AudioVolumeMute", "AudioVolumeUp", "AudioVolumeDown",
] as const;

export type Key = (typeof KEYS)[number];

const NAMES: ReadonlySet<string> = new Set(KEYS);

/** Whether it is the full name of a key. */
export function isKey(name: string): name is Key {
  return NAMES.has(name);
}

/** What people call them, besides their full names; upper and lower case are the same. */
// prettier-ignore
const SHORT_NAMES: Readonly<Partial<Record<Key, readonly string[]>>> = {
  Enter: ["Return"], Escape: ["Esc"], Backspace: ["BS"], Space: ["Spacebar"], Delete: ["Del"], Insert: ["Ins"],
  PageUp: ["PgUp"], PageDown: ["PgDn", "PgDown"],
  ArrowUp: ["Up"], ArrowDown: ["Down"], ArrowLeft: ["Left"], ArrowRight: ["Right"],
  ControlLeft: ["Ctrl", "Control"], AltLeft: ["Alt", "Option"], AltRight: ["AltGr"], ShiftLeft: ["Shift"],
  MetaLeft: ["Win", "Windows", "Meta", "Super", "Cmd", "Command"],
  PrintScreen: ["PrtSc", "PrtScn", "Print", "SysRq"], ScrollLock: ["ScrLk"], Pause: ["Break"], CapsLock: ["Caps"],
  NumLock: ["Num"], ContextMenu: ["Menu"],
  Minus: ["-"], Equal: ["="], BracketLeft: ["["], BracketRight: ["]"], Backslash: ["\\"], Semicolon: [";"],
  Quote: ["'"], Backquote: ["`"], Period: ["."], Slash: ["/"],
  AudioVolumeMute: ["Mute"], AudioVolumeUp: ["VolumeUp"], AudioVolumeDown: ["VolumeDown"],
};

/** The short names of a key, the usual one first: `Ctrl`, and for `KeyA` and `Digit1` what is printed on them. */
export function shortNamesOf(key: Key): readonly string[] {
  const [, printed] = /^(?:Key|Digit)(.)$/.exec(key) ?? [];
  return printed === undefined ? (SHORT_NAMES[key] ?? []) : [printed];
}

/** What a person calls it: `Ctrl`, `A`, or in full where no name is shorter. */
export function shortNameOf(key: Key): string {
  const [usual = key] = shortNamesOf(key);
  return usual.length < key.length ? usual : key;
}

const BY_NAME: ReadonlyMap<string, Key> = new Map(
  KEYS.flatMap((key) => [key, ...shortNamesOf(key)].map((name) => [name.toLowerCase(), key] as const)),
);

/** The key that a person means: `ControlLeft`, `Ctrl` or `ctrl`; undefined for what is no key. */
export function keyOf(name: string): Key | undefined {
  return isKey(name) ? name : BY_NAME.get(name.toLowerCase());
}

/** The keymaps that PiKVM ships. A device may have more: they are files on it. */
// prettier-ignore
export const KEYMAPS = [
  "ar", "bepo", "cz", "da", "de", "de-ch", "en-gb", "en-us", "en-us-altgr-intl", "en-us-colemak", "es", "et", "fi",
  "fo", "fr", "fr-be", "fr-ca", "fr-ch", "hr", "hu", "is", "it", "ja", "lt", "lv", "mk", "nl", "no", "pl", "pt",
  "pt-br", "ru", "sl", "sv", "th", "tr",
] as const;
