/** How text becomes key events, and how a host with a US keyboard reads them. */
import { isPrintable } from "../api/python";

interface KeyStroke {
  readonly key: string;
  readonly shift?: boolean;
  readonly altgr?: boolean;
}

export interface KeyChange {
  readonly key: string;
  readonly state: boolean;
}

export const KEYMAPS = (
  "ar bepo cz da de de-ch en-gb en-us en-us-altgr-intl en-us-colemak es et fi fo fr fr-be fr-ca fr-ch hr hu is it ja " +
  "lt lv mk nl no pl pt pt-br ru sl sv th tr"
).split(" ");

export const DEFAULT_KEYMAP = "en-us";

/** US positions: the key, the character it types, and the one it types with Shift. */
const US_KEYS: readonly (readonly [key: string, plain: string, shifted: string])[] = [
  ...Array.from("abcdefghijklmnopqrstuvwxyz").map((c) => [`Key${c.toUpperCase()}`, c, c.toUpperCase()] as const),
  ...Array.from("1234567890").map((c, index) => [`Digit${c}`, c, "!@#$%^&*()".charAt(index)] as const),
  ["Minus", "-", "_"],
  ["Equal", "=", "+"],
  ["BracketLeft", "[", "{"],
  ["BracketRight", "]", "}"],
  ["Backslash", "\\", "|"],
  ["Semicolon", ";", ":"],
  ["Quote", "'", '"'],
  ["Backquote", "`", "~"],
  ["Comma", ",", "<"],
  ["Period", ".", ">"],
  ["Slash", "/", "?"],
];

const US = new Map<string, KeyStroke>(
  US_KEYS.flatMap(([key, plain, shifted]): [string, KeyStroke][] => [
    [plain, { key }],
    [shifted, { key, shift: true }],
  ]),
);

/** Where a German keyboard differs. kvmd fills what a layout lacks with the US positions. */
const DE_KEYS: readonly (readonly [character: string, stroke: KeyStroke])[] = [
  ...letters("y", "KeyZ"),
  ...letters("z", "KeyY"),
  ...letters("ü", "BracketLeft"),
  ...letters("ö", "Semicolon"),
  ...letters("ä", "Quote"),
  ["ß", { key: "Minus" }],
  ...Array.from('!"').map((c, index) => [c, { key: `Digit${index + 1}`, shift: true }] as const),
  ["§", { key: "Digit3", shift: true }],
  ...Array.from("$%&/()=").map((c, index) => [c, { key: `Digit${(index + 4) % 10}`, shift: true }] as const),
  ["?", { key: "Minus", shift: true }],
  ["+", { key: "BracketRight" }],
  ["*", { key: "BracketRight", shift: true }],
  ["#", { key: "Backslash" }],
  ["'", { key: "Backslash", shift: true }],
  ["-", { key: "Slash" }],
  ["_", { key: "Slash", shift: true }],
  [";", { key: "Comma", shift: true }],
  [":", { key: "Period", shift: true }],
  ["^", { key: "Backquote" }],
  ["°", { key: "Backquote", shift: true }],
  ["`", { key: "Equal", shift: true }],
  ["<", { key: "IntlBackslash" }],
  [">", { key: "IntlBackslash", shift: true }],
  ["@", { key: "KeyQ", altgr: true }],
  ["€", { key: "KeyE", altgr: true }],
  ["{", { key: "Digit7", altgr: true }],
  ["[", { key: "Digit8", altgr: true }],
  ["]", { key: "Digit9", altgr: true }],
  ["}", { key: "Digit0", altgr: true }],
  ["\\", { key: "Minus", altgr: true }],
  ["~", { key: "BracketRight", altgr: true }],
  ["|", { key: "IntlBackslash", altgr: true }],
];

function letters(letter: string, key: string): (readonly [string, KeyStroke])[] {
  return [
    [letter, { key }],
    [letter.toUpperCase(), { key, shift: true }],
  ];
}

/** The simulator knows the US and the German layout; every other keymap types US positions. */
const LAYOUTS: Readonly<Record<string, ReadonlyMap<string, KeyStroke>>> = { de: new Map([...US, ...DE_KEYS]) };

const BLANKS: Readonly<Record<string, string>> = { "\n": "Enter", "\t": "Tab", " ": "Space" };

const REPLACEMENTS: Readonly<Record<string, string>> = {
  "‚": "'",
  "‘": "'",
  "’": "'",
  "„": '"',
  "“": '"',
  "”": '"',
  "–": "-",
};

/**
 * What kvmd sends for a text. Modifiers stay pressed across neighbours that share them; what the keymap lacks is
 * skipped without a word.
 */
export function* keyChangesOf(text: string, keymap: string): Generator<KeyChange> {
  const layout = LAYOUTS[keymap] ?? US;
  const pressed = { ShiftLeft: false, AltRight: false };
  for (const character of text) {
    const stroke = strokeOf(character, layout);
    if (stroke === undefined) continue;
    const wanted = { ShiftLeft: stroke.shift ?? false, AltRight: stroke.altgr ?? false };
    for (const modifier of ["ShiftLeft", "AltRight"] as const) {
      if (pressed[modifier] === wanted[modifier]) continue;
      pressed[modifier] = wanted[modifier];
      yield { key: modifier, state: pressed[modifier] };
    }
    yield { key: stroke.key, state: true };
    yield { key: stroke.key, state: false };
  }
  if (pressed.ShiftLeft) yield { key: "ShiftLeft", state: false };
  if (pressed.AltRight) yield { key: "AltRight", state: false };
}

function strokeOf(character: string, layout: ReadonlyMap<string, KeyStroke>): KeyStroke | undefined {
  const blank = BLANKS[character];
  if (blank !== undefined) return { key: blank };
  const plain = REPLACEMENTS[character] ?? character;
  return isPrintable(plain) ? layout.get(plain) : undefined;
}

const NUMPAD: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Array.from("0123456789").map((digit) => [`Numpad${digit}`, digit])),
  NumpadDivide: "/",
  NumpadMultiply: "*",
  NumpadSubtract: "-",
  NumpadAdd: "+",
  NumpadDecimal: ".",
  NumpadEnter: "\n",
};

const US_READING = new Map(US_KEYS.map(([key, plain, shifted]) => [key, { plain, shifted }]));

/** The character that a key types on a US keyboard; undefined when it types none. */
export function characterOf(key: string, shift: boolean, caps: boolean): string | undefined {
  const blank = Object.entries(BLANKS).find(([, name]) => name === key)?.[0] ?? NUMPAD[key];
  if (blank !== undefined) return blank;
  const reading = US_READING.get(key);
  const shifted = key.startsWith("Key") ? shift !== caps : shift;
  return shifted ? reading?.shifted : reading?.plain;
}
