import { ConfigurationError } from "./errors";

/** How a text is looked for. */
export type TextMode = "plain" | "regex" | "tolerant";

export interface TextPattern {
  text: string;
  /**
   * `plain`: as it is, but for case and the kind of blanks. `regex`: a regular expression (JavaScript), in any case, `^` and `$` at each line.
   * `tolerant`: with mistakes, and whatever the blanks. Default `plain`.
   */
  mode?: TextMode;
  /** For `tolerant`: how many characters may be wrong, missing or too much. Default 1 for every 8 characters of the text. */
  mistakes?: number;
}

/** Finds a text in what was read from a screen: what was found, or undefined. */
export type TextMatcher = (screen: string) => string | undefined;

const CHARACTERS_PER_MISTAKE = 8;

/** @throws ConfigurationError for an empty text, a regular expression that is none, or as many mistakes as the text has characters. */
export function textMatcher({ text, mode = "plain", mistakes }: TextPattern): TextMatcher {
  if (text.trim() === "") throw new ConfigurationError("There is no text to look for.");
  if (mode === "regex") return byExpression(text);
  if (mode === "plain") return byWords(text);
  const wanted = withoutBlanks(text);
  const allowed = mistakes ?? Math.floor(wanted.length / CHARACTERS_PER_MISTAKE);
  if (allowed >= wanted.length) {
    throw new ConfigurationError(`A text of ${wanted.length} characters with ${allowed} mistakes is any text at all.`);
  }
  return (screen) => (fewestMistakes(wanted, withoutBlanks(screen)) <= allowed ? text : undefined);
}

function byExpression(text: string): TextMatcher {
  let expression: RegExp;
  try {
    expression = new RegExp(text, "im");
  } catch (cause) {
    throw new ConfigurationError(`"${text}" is not a regular expression.`, { cause });
  }
  return (screen) => expression.exec(screen)?.[0];
}

function byWords(text: string): TextMatcher {
  const wanted = plain(text);
  return (screen) => (plain(screen).includes(wanted) ? text : undefined);
}

const plain = (text: string): string => text.trim().replace(/\s+/g, " ").toLowerCase();
const withoutBlanks = (text: string): string => text.replace(/\s+/g, "").toLowerCase();

/** The edit distance of a text to the part of another that is most like it (Sellers' algorithm). */
function fewestMistakes(wanted: string, within: string): number {
  // distances[i]: of the first i characters wanted to the best part that ends here; a part may begin anywhere, so the first is 0.
  let distances = Array.from({ length: wanted.length + 1 }, (_, index) => index);
  let fewest = wanted.length;
  for (const character of within) {
    let left = 0;
    const next = [left];
    for (let index = 1; index <= wanted.length; index += 1) {
      const [diagonal = 0, above = 0] = [distances[index - 1], distances[index]];
      left = Math.min(diagonal + (wanted[index - 1] === character ? 0 : 1), above + 1, left + 1);
      next.push(left);
    }
    distances = next;
    fewest = Math.min(fewest, left);
  }
  return fewest;
}
