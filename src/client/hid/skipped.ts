import { ConfigurationError } from "../errors";
import { EVERYWHERE, LAYOUTS } from "./layouts";
import { has, type SoftwareVersion } from "../versions";

/** A character that a keymap cannot type. */
export interface Skipped {
  character: string;
  /** Its place in the text, from 0; a line end, and a letter with its marks, is one character. */
  position: number;
}

/** What every keymap types on every device of today. */
const PLAIN = /^[\n\t -~]*$/;

export const isPlain = (text: string): boolean => PLAIN.test(text);

/**
 * The characters of a text that the device drops without a word.
 * @param text as `asTyped` makes it.
 * @returns undefined where nobody knows what is in the keymap.
 */
export function skippedIn(text: string, keymap: string, version: SoftwareVersion | undefined): Skipped[] | undefined {
  const typed = typedBy(keymap, version);
  if (typed === undefined) return undefined;
  return Array.from(text).flatMap((character, position) => (typed.test(character) ? [] : [{ character, position }]));
}

function typedBy(keymap: string, version: SoftwareVersion | undefined): RegExp | undefined {
  if (version === undefined || !Object.hasOwn(LAYOUTS, keymap)) return undefined;
  if (has(version, "printLayouts")) return oneOf(`\n\t${EVERYWHERE}${LAYOUTS[keymap] ?? ""}`);
  // Older ones looked characters up in another way, of which only this layout is known.
  if (keymap !== "en-us") return undefined;
  const quotes = has(version, "printTabs") ? "\t×‘’‚“”„" : "";
  return oneOf((has(version, "printEnter") ? "\n" : "") + quotes + (has(version, "printDashes") ? "–" : ""));
}

/** @param others characters, none of which has a meaning in an expression. */
const oneOf = (others: string): RegExp => new RegExp(`^[ -~${others}]$`, "u");

/** How many are named in an error. */
const NAMED = 5;

/** @param hidden the text is a secret: none of its characters may be seen. */
export function cannotBeTyped(
  skipped: readonly Skipped[],
  keymap: string,
  { hidden = false } = {},
): ConfigurationError {
  const named = skipped.slice(0, NAMED).map(({ character, position }) => {
    return hidden ? String(position) : `${shown(character)} at position ${position}`;
  });
  const more = skipped.length > NAMED ? ` and ${skipped.length - NAMED} more` : "";
  const what = hidden ? `the characters at the positions ${named.join(", ")}` : named.join(", ");
  return new ConfigurationError(
    `The keymap ${keymap} cannot type ${what}${more} (counted from 0); nothing was typed. ` +
      "Is it the keyboard layout of the host?",
    { code: "NOT_IN_KEYMAP" },
  );
}

/** What cannot be seen is told by its number. */
function shown(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character) ? `"${character}"` : `U+${code}`;
}
