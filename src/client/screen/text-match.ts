import { ConfigurationError } from "../errors";
import { expressionOf } from "../expression";
import type { TextMode } from "../vocabulary";

export interface TextPattern {
  text: string;
  /**
   * `plain`: as it is, but for case and the kind of blanks. `regex`: a regular expression (JavaScript), in any case,
   * `^` and `$` at each line. `tolerant`: with mistakes, and whatever the blanks. Default `plain`.
   */
  mode?: TextMode;
  /**
   * For `tolerant`: how many characters may be wrong, missing or too much. Default 1 for every 8 characters of the
   * text.
   */
  mistakes?: number | undefined;
}

/** Finds a text in what was read from a screen: the part of it that fits, as it was read, or undefined. */
export type TextMatcher = (screen: string) => string | undefined;

const CHARACTERS_PER_MISTAKE = 8;
/** Looking for a text with mistakes takes as long as its length times that of the screen. */
const MAX_TOLERANT = 1000;
/** As many as a console of 25 lines has. A word that comes again and again is looked for from each place anew. */
const MAX_PLAIN = 2000;

/**
 * @throws ConfigurationError for an empty text, a regular expression that is none, or as many mistakes as the text has
 * characters.
 */
export function textMatcher(pattern: TextPattern): TextMatcher {
  // macOS may write a letter and its marks apart, which the text recognition may, too.
  const find = matcherOf({ ...pattern, text: pattern.text.normalize("NFC") });
  return (screen) => find(screen.normalize("NFC"));
}

function matcherOf({ text, mode = "plain", mistakes }: TextPattern): TextMatcher {
  if (text.trim() === "") throw new ConfigurationError("There is no text to look for.");
  if (mode === "regex") return expressionOf(text, "im");
  if (mode === "plain") {
    demandAtMost(MAX_PLAIN, "A text to look for", text);
    return byWords(text);
  }
  const wanted = withoutBlanks(text);
  demandAtMost(MAX_TOLERANT, "A text with mistakes", wanted);
  const allowed = mistakes ?? Math.floor(wanted.length / CHARACTERS_PER_MISTAKE);
  if (allowed >= wanted.length) {
    throw new ConfigurationError(`A text of ${wanted.length} characters with ${allowed} mistakes is any text at all.`);
  }
  const characters = lowerCased(wanted);
  return (screen) => {
    const { mistakes, start, end } = mostAlike(characters, screen);
    return mistakes <= allowed ? screen.slice(start, end).trim() : undefined;
  };
}

function demandAtMost(most: number, what: string, { length }: string): void {
  if (length > most) throw new ConfigurationError(`${what} may have ${most} characters; this has ${length}.`);
}

function byWords(text: string): TextMatcher {
  const words = text.trim().split(/\s+/).map(literal);
  return expressionOf(words.join("\\s+"), "i");
}

const literal = (word: string): string => word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
const withoutBlanks = (text: string): string => text.replace(/\s+/g, "");
/** Of each character for itself: one may become two, as the capital I with a dot does. */
const lowerCased = (text: string): string[] => text.split("").map((character) => character.toLowerCase());

/** A part of a text, and how many mistakes it has. */
interface Likeness {
  mistakes: number;
  start: number;
  end: number;
}

/**
 * The part of a screen that is most like a text: the one with the fewest mistakes (Sellers' algorithm of the edit
 * distance). Blanks do not count.
 */
function mostAlike(wanted: readonly string[], screen: string): Likeness {
  let best: Likeness = { mistakes: wanted.length, start: 0, end: 0 };
  // At i: the mistakes and the start of the part that ends here and is most like the first i characters wanted; a part
  // may begin anywhere, so the first has no mistakes.
  const mistakes = Int32Array.from({ length: wanted.length + 1 }, (_, index) => index);
  const starts = new Int32Array(wanted.length + 1);
  for (let at = 0; at < screen.length; at += 1) {
    const character = screen.charAt(at).toLowerCase();
    if (/\s/.test(character)) continue;
    let [diagonal, diagonalStart] = [0, at];
    let [left, leftStart] = [0, at + 1];
    for (let index = 1; index <= wanted.length; index += 1) {
      const [above = 0, aboveStart = 0] = [mistakes[index], starts[index]];
      let [fewest, start] = [diagonal + (wanted[index - 1] === character ? 0 : 1), diagonalStart];
      if (above + 1 < fewest) [fewest, start] = [above + 1, aboveStart];
      if (left + 1 < fewest) [fewest, start] = [left + 1, leftStart];
      mistakes[index] = left = fewest;
      starts[index] = leftStart = start;
      [diagonal, diagonalStart] = [above, aboveStart];
    }
    // A character that is wrong is part of what was found, rather than missing behind it.
    const isLonger = left === best.mistakes && leftStart === best.start && at === best.end;
    if (left < best.mistakes || isLonger) best = { mistakes: left, start: leftStart, end: at + 1 };
  }
  return best;
}
