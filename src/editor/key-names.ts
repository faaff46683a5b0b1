const each = (prefix: string, names: string): string[] => names.split(" ").map((name) => prefix + name);

/** The key names that kvmd 4.187 and later accepts (browser `KeyboardEvent.code` style, case-sensitive). */
export const KEY_NAMES: readonly string[] = [
  ...each("", "Enter Escape Backspace Tab Space Delete Insert Home End PageUp PageDown"),
  ...each("Arrow", "Up Down Left Right"),
  ...each("Control", "Left Right"),
  ...each("Alt", "Left Right"),
  ...each("Shift", "Left Right"),
  ...each("Meta", "Left Right"),
  ...Array.from({ length: 24 }, (_, index) => `F${index + 1}`),
  ...Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (letter) => `Key${letter}`),
  ...Array.from("0123456789", (digit) => `Digit${digit}`),
  ...each("", "Minus Equal BracketLeft BracketRight Backslash Semicolon Quote Backquote Comma Period Slash"),
  ...each("", "PrintScreen ScrollLock Pause CapsLock NumLock ContextMenu Power"),
  ...Array.from("0123456789", (digit) => `Numpad${digit}`),
  ...each("Numpad", "Divide Multiply Subtract Add Enter Decimal"),
  ...each("Intl", "Backslash Yen Ro"),
  ...each("", "KanaMode Convert NonConvert"),
  ...each("AudioVolume", "Mute Up Down"),
];

/** The keymaps that PiKVM ships. A device may have more: they are files on it. */
export const KEYMAPS: readonly string[] = (
  "ar bepo cz da de de-ch en-gb en-us en-us-altgr-intl en-us-colemak es et fi fo fr fr-be fr-ca fr-ch hr hu is it ja " +
  "lt lv mk nl no pl pt pt-br ru sl sv th tr"
).split(" ");
