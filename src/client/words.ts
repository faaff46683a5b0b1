/** Characters of what a device says that go on into errors, logs and texts under nodes. */
const MAX_WORDS = 500;
/** Characters of a message. Ours are shorter; what they quote may not be. */
const MAX_MESSAGE = 2000;
/** Shorter ones would blank parts of ordinary words. */
const MIN_SECRET = 4;

/**
 * Words that a device has sent, as they may go on: cut, on one line, without control characters, and without secrets of
 * ours that it may quote.
 */
export function deviceWords(words: string, secrets: readonly string[] = []): string {
  // A shorter one may be a part of a longer one.
  const longestFirst = (one: string, other: string): number => other.length - one.length;
  const long = secrets.filter(({ length }) => length >= MIN_SECRET).sort(longestFirst);
  const known = long.flatMap(quotesOf).sort(longestFirst);
  const begin = words.slice(0, 2 * MAX_WORDS);
  const plain = known.reduce((text, secret) => text.replaceAll(secret, "***"), begin);
  const short = long.filter(({ length }) => length <= begin.length);
  const blanked = short.reduce((text, secret) => text.replace(escapedAnyhow(secret), "***"), plain);
  const isCut = begin.length < words.length;
  return cut(onOneLine(isCut ? known.reduce(withoutBeginOf, blanked) : blanked), MAX_WORDS);
}

/** A secret in the ways in which it may be quoted as a whole: as it is, in JSON, by Python, in a URL, a form, base64. */
function quotesOf(secret: string): string[] {
  // As it is sent: half a surrogate pair has no encoding.
  const bytes = Buffer.from(secret);
  const plain = bytes.toString();
  const quotes = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll("\\", "\\\\"),
    encodeURIComponent(plain),
    new URLSearchParams({ "": plain }).toString().slice(1),
    bytes.toString("base64"),
    bytes.toString("base64").replace(/=+$/, ""),
    bytes.toString("base64url"),
  ];
  return [...new Set(quotes)];
}

/** Fits a secret of which each character is written in a way of its own: programs differ in what they escape. */
function escapedAnyhow(secret: string): RegExp {
  return new RegExp((secret.match(/\\+|[^\\]/gsu) ?? []).map(escapesOf).join(""), "g");
}

/** @param given a character, or a run of backslashes, which are doubled where they escape. */
function escapesOf(given: string): string {
  if (given.startsWith("\\")) {
    const { length } = given;
    return `(?:\\\\{${length},${4 * length}}|(?:%5[cC]){${length}}|(?:\\\\{1,2}u005[cC]){${length}})`;
  }
  const bytes = [...Buffer.from(given)].map((byte) => `%${anyCase(byte.toString(16).padStart(2, "0"))}`);
  const units = Array.from({ length: given.length }, (_, index) => given.charCodeAt(index).toString(16));
  const code = given.codePointAt(0) ?? 0;
  const ways = [
    given.replace(/[^\p{L}\p{N}]/u, "\\$&"),
    bytes.join(""),
    units.map((unit) => `\\\\{1,2}u${anyCase(unit.padStart(4, "0"))}`).join(""),
    `&#0*${code};`,
    `&#[xX]0*${anyCase(code.toString(16))};`,
    ...(NAMED[given] ?? []),
  ];
  if (given === " ") ways.push("\\+");
  // A backslash before a letter or a digit makes something else of it.
  if (/^[!-/:-@[-`{-~]$/.test(given)) ways.push(`\\\\{1,3}\\${given}`);
  return `(?:${ways.join("|")})`;
}

const NAMED: Readonly<Record<string, readonly string[]>> = {
  "\n": ["\\\\{1,2}n"],
  "\r": ["\\\\{1,2}r"],
  "\t": ["\\\\{1,2}t"],
  "&": ["&amp;"],
  "<": ["&lt;"],
  ">": ["&gt;"],
  '"': ["&quot;"],
  "'": ["&apos;"],
};

const anyCase = (hex: string): string => hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);

/** A text that was cut, without what may be the begin of a secret that the cut went through. */
function withoutBeginOf(text: string, secret: string): string {
  for (let length = secret.length - 1; length > 0; length -= 1) {
    if (text.endsWith(secret.slice(0, length))) return text.slice(0, -length);
  }
  return text;
}

/** A message for people, which may quote somebody: it cannot forge a line of a log, nor fill it. */
export function asMessage(message: string): string {
  return cut(onOneLine(message), MAX_MESSAGE);
}

/** Control characters, those that turn the direction of writing, and all ends of lines become blanks. */
const onOneLine = (text: string): string =>
  text.replace(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, " ");

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}...` : text);
