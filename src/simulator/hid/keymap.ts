/** How text becomes key events, and how a host with a US keyboard reads them. */
import { isPrintable } from "../api/python";
import { isLayout, strokesOf, type KeyStroke } from "./layouts";

export interface KeyChange {
  readonly key: string;
  readonly state: boolean;
}

export const KEYMAPS = (
  "ar bepo cz da de de-ch en-gb en-us en-us-altgr-intl en-us-colemak es et fi fo fr fr-be fr-ca fr-ch hr hu is it ja " +
  "lt lv mk nl no pl pt pt-br ru sl sv th tr"
).split(" ");

export const DEFAULT_KEYMAP = "en-us";

const US = new Map(strokesOf("en-us"));

/** kvmd fills what a layout lacks with the US positions, these. */
const FILLING = [...US].filter(([character]) => character !== "¦");

/** Of the other keymaps the simulator knows only what kvmd fills in. */
const STROKES: ReadonlyMap<string, ReadonlyMap<string, KeyStroke>> = new Map(
  KEYMAPS.map((name) => [name, new Map([...FILLING, ...(isLayout(name) ? strokesOf(name) : [])])]),
);

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
  const layout = STROKES.get(keymap) ?? US;
  const pressed = { ShiftLeft: false, AltRight: false };
  for (const character of text) {
    const stroke = strokeOf(character, layout);
    if (stroke === undefined) continue;
    const wanted = { ShiftLeft: stroke.shift, AltRight: stroke.altgr };
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
  if (blank !== undefined) return { key: blank, shift: false, altgr: false };
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

/** What the keys make on a US keyboard, without and with Shift. */
const US_READING = [false, true].map((shift) => {
  const made = [...US].filter(([, stroke]) => !stroke.altgr && stroke.shift === shift);
  return new Map(made.map(([character, { key }]) => [key, character]));
});

/** The character that a key types on a US keyboard; undefined when it types none. */
export function characterOf(key: string, shift: boolean, caps: boolean): string | undefined {
  const blank = Object.entries(BLANKS).find(([, name]) => name === key)?.[0] ?? NUMPAD[key];
  if (blank !== undefined) return blank;
  const shifted = key.startsWith("Key") ? shift !== caps : shift;
  return US_READING[shifted ? 1 : 0]?.get(key);
}
