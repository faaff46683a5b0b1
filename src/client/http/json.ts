/**
 * Levels of brackets inside of each other. Devices have ten; thousands would be too many for those who copy and compare
 * what was read.
 */
const MAX_DEPTH = 100;
/** Objects and lists in one message; each takes some hundred bytes when it is read. A list of images has thousands. */
const MAX_OBJECTS = 200_000;
/** Values in one message. Short ones take many times the memory of their text: a name with one, about a hundred bytes. */
const MAX_VALUES = 1_000_000;
/** Lists and objects that cannot be too deep, whatever is inside of what. */
const MAX_LISTS = 20;
const MAX_NESTED = MAX_DEPTH - MAX_LISTS;
/** Characters of an object in which there is another one: `{"":}`. */
const SHORTEST = 5;

/** Reads JSON that a device has sent. @throws SyntaxError for what is none, or is nested too deep. */
export function readJson(text: string): unknown {
  // Most messages are short, with fewer brackets than there may be levels; only the others are looked at sign by sign.
  const mayBeTooMuch =
    text.length > MAX_VALUES ||
    hasMore(text, "[", MAX_LISTS) ||
    (text.length > SHORTEST * MAX_NESTED && hasMore(text, "{", MAX_NESTED));
  if (mayBeTooMuch) {
    const { depth, objects, values } = countedIn(text);
    if (depth > MAX_DEPTH) throw new SyntaxError(`It is nested more than ${MAX_DEPTH} levels deep.`);
    if (objects > MAX_OBJECTS) throw new SyntaxError(`It has more than ${MAX_OBJECTS} objects and lists.`);
    if (values > MAX_VALUES) throw new SyntaxError(`It has more than ${MAX_VALUES} values.`);
  }
  return JSON.parse(text);
}

function hasMore(text: string, sign: string, than: number): boolean {
  let count = 0;
  for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + 1)) {
    count += 1;
    if (count > than) return true;
  }
  return false;
}

const [QUOTE, BACKSLASH, COMMA, OPEN_LIST, OPEN_OBJECT, CLOSE_LIST, CLOSE_OBJECT] = [
  0x22, 0x5c, 0x2c, 0x5b, 0x7b, 0x5d, 0x7d,
];

/** How deep brackets are nested, how many there are, and commas; those inside of strings do not count. */
function countedIn(text: string): { depth: number; objects: number; values: number } {
  let [depth, deepest, objects, values, isString] = [0, 0, 0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (isString) {
      if (character === BACKSLASH) at += 1;
      else if (character === QUOTE) isString = false;
    } else if (character === QUOTE) isString = true;
    else if (character === COMMA) values += 1;
    else if (character === OPEN_OBJECT || character === OPEN_LIST) {
      objects += 1;
      deepest = Math.max(deepest, (depth += 1));
    } else if (character === CLOSE_OBJECT || character === CLOSE_LIST) depth -= 1;
  }
  return { depth: deepest, objects, values };
}
