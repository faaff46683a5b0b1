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
  const known = secrets.filter(({ length }) => length >= MIN_SECRET).flatMap(quotesOf);
  // A shorter one may be a part of a longer one.
  known.sort((one, other) => other.length - one.length);
  const begin = words.slice(0, 2 * MAX_WORDS);
  const blanked = known.reduce((text, secret) => text.replaceAll(secret, "***"), begin);
  const isCut = begin.length < words.length;
  return cut(onOneLine(isCut ? known.reduce(withoutBeginOf, blanked) : blanked), MAX_WORDS);
}

/** A secret in the ways in which it may be quoted: as it is, in JSON, by Python, in a URL, in a form, in base64. */
function quotesOf(secret: string): string[] {
  // As it is sent: half a surrogate pair has no encoding.
  const plain = Buffer.from(secret).toString();
  const quotes = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll("\\", "\\\\"),
    encodeURIComponent(plain),
    new URLSearchParams({ "": plain }).toString().slice(1),
    Buffer.from(secret).toString("base64"),
  ];
  return [...new Set(quotes)];
}

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
