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
  if (mode === "plain") return byWords(text);
  const wanted = withoutBlanks(text);
  if (wanted.length > MAX_TOLERANT) {
    throw new ConfigurationError(
      `A text with mistakes may have ${MAX_TOLERANT} characters; this has ${wanted.length}.`,
    );
  }
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

function byWords(text: string): TextMatcher {
  const words = text.trim().split(/\s+/).map(literal);
  const expression = new RegExp(words.join("\\s+"), "i");
  return (screen) => expression.exec(screen)?.[0];
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
  // column[i]: the part that ends here and is most like the first i characters wanted; a part may begin anywhere, so
  // the first has no mistakes.
  let column = Array.from({ length: wanted.length + 1 }, (_, index) => ({ mistakes: index, start: 0 }));
  for (let at = 0; at < screen.length; at += 1) {
    const character = screen.charAt(at).toLowerCase();
    if (/\s/.test(character)) continue;
    let left = { mistakes: 0, start: at + 1 };
    const next = [left];
    for (let index = 1; index <= wanted.length; index += 1) {
      const [diagonal = left, above = left] = [column[index - 1], column[index]];
      left = fewest(
        {
          mistakes: diagonal.mistakes + (wanted[index - 1] === character ? 0 : 1),
          start: index === 1 ? at : diagonal.start,
        },
        { mistakes: above.mistakes + 1, start: above.start },
        { mistakes: left.mistakes + 1, start: left.start },
      );
      next.push(left);
    }
    column = next;
    // A character that is wrong is part of what was found, rather than missing behind it.
    const isLonger = left.mistakes === best.mistakes && left.start === best.start && at === best.end;
    if (left.mistakes < best.mistakes || isLonger) best = { ...left, end: at + 1 };
  }
  return best;
}

const fewest = <W extends { mistakes: number }>(...ways: [W, ...W[]]): W =>
  ways.reduce((best, way) => (way.mistakes < best.mistakes ? way : best));
