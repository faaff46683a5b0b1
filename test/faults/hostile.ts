import { array, constantFrom, integer, jsonValue, nat, oneof, record, string, type Arbitrary } from "fast-check";

// What may come instead of what is expected, from a flow, a flow file, a browser or a device.

const parsed = (text: string): unknown => JSON.parse(text);
const nested = (levels: number) => parsed(`${'{"a":['.repeat(levels / 2)}${"]}".repeat(levels / 2)}`);

const TEXTS = [
  ...["", " ", "\0", "a\0b", "\r\nX-Injected: 1", "\ud800", "x\udfff", "\u202e", "\u2028", "\ufeff", "ſ", "İ"],
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "then", "length"],
  ...["../../etc/passwd", "/etc/passwd", "..\\..", "%2e%2e%2f", "//elsewhere.invalid/", "/api/../..", "a/../../b"],
  ...["-0", "1e999", "NaN", "Infinity", "0x10", "9007199254740993", "-1", "1.5", "null", "undefined", "true"],
  ...["{}", "[", '{"__proto__":{"polluted":1}}', "${HOME}", "$(HOME)", "(a+)+$", "[", "(?<", "\\"],
  "x".repeat(300_000),
  "/".repeat(5000),
  " ".repeat(100_000),
];

const PIECES = [
  ":",
  "/",
  "//",
  " ",
  ".",
  "@",
  "${",
  "a{",
  "\u2028a{",
  "[",
  "(",
  "%",
  "\\",
  "=",
  "&",
  "<",
  "#",
  "'",
  "a,",
  "é",
];

/** What takes some readers the square of its length, or worse. */
const repeated: Arbitrary<string> = record({
  piece: oneof(constantFrom(...PIECES), string({ minLength: 1, maxLength: 3 })),
  times: constantFrom(3000, 100_000),
  end: constantFrom("", "x", "@", "]"),
}).map(({ piece, times, end }) => piece.repeat(times) + end);

/** A text that has been the end of some program. */
export const text: Arbitrary<string> = oneof(
  { weight: 9, arbitrary: constantFrom(...TEXTS) },
  { weight: 9, arbitrary: string({ unit: "binary", maxLength: 30 }) },
  { weight: 1, arbitrary: repeated },
);

const NUMBERS = [0, -0, 1, -1, 0.5, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53, 1e308, -1e308, 5e-324];

/** What JSON can say. */
export const json: Arbitrary<unknown> = oneof(
  text,
  constantFrom<unknown>(...NUMBERS, null, true, false, [], {}),
  jsonValue({ maxDepth: 2 }),
  constantFrom(
    nested(90),
    nested(1000),
    parsed('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
  ),
  array(text, { maxLength: 4 }),
);

/** A change somewhere in a value of JSON. */
interface Change {
  /** Which way to go from the outside in: of each object or list one part. */
  way: number[];
  how: "replace" | "remove" | "add" | "double";
  name: string;
  value: unknown;
}

const change: Arbitrary<Change> = record({
  way: array(nat(1000), { maxLength: 8 }),
  how: constantFrom("replace", "replace", "remove", "add", "double"),
  name: text,
  value: json,
});

/** One of these values, changed in some places. */
export const changedJson = (seeds: readonly unknown[]): Arbitrary<unknown> =>
  record({ seed: constantFrom(...seeds), changes: array(change, { maxLength: 3 }) }).map(({ seed, changes }) =>
    changes.reduce<unknown>(changed, seed),
  );

function changed(value: unknown, { way: [first, ...way], how, name, value: other }: Change): unknown {
  if (first === undefined || typeof value !== "object" || value === null) return other;
  const entries: [string, unknown][] = Object.entries(value);
  const at = entries.length === 0 ? 0 : first % entries.length;
  const entry = entries[at];
  if (way.length === 0 || entry === undefined) {
    if (how === "add" || entry === undefined) entries.push([name, other]);
    else if (how === "remove") entries.splice(at, 1);
    else if (how === "double") entries.push([name, entry[1]]);
    else entries[at] = [entry[0], other];
  } else entries[at] = [entry[0], changed(entry[1], { way, how, name, value: other })];
  // `fromEntries` also makes a property of its own of `__proto__`.
  return Array.isArray(value) ? entries.map(([, one]) => one) : Object.fromEntries(entries);
}

interface Edit {
  how: "cut" | "double" | "repeat" | "swap" | "write" | "insert" | "flip";
  at: number;
  length: number;
  bytes: string;
}

const edit: Arbitrary<Edit> = record({
  how: constantFrom("cut", "double", "repeat", "swap", "write", "insert", "flip"),
  at: nat(2 ** 20),
  length: oneof(integer({ min: 1, max: 16 }), integer({ min: 1, max: 5000 })),
  bytes: oneof(
    text,
    constantFrom("\xff\xff", "\xff\xd8", "\0\0\x01", "[".repeat(3000), "\n".repeat(100), "9".repeat(400)),
  ),
});

/** One of these runs of bytes, edited in some places. */
export const editedBytes = (seeds: readonly Buffer[]): Arbitrary<Buffer> =>
  record({ seed: constantFrom(...seeds), edits: array(edit, { maxLength: 4 }) }).map(({ seed, edits }) =>
    edits.reduce<Buffer>(edited, seed),
  );

/** Bytes that a piece is repeated to. */
const REPEATED = 100_000;

function edited(data: Buffer, { how, at: anywhere, length, bytes }: Edit): Buffer {
  const at = anywhere % (data.length + 1);
  const [before, piece, after] = [data.subarray(0, at), data.subarray(at, at + length), data.subarray(at + length)];
  const other = Buffer.from(bytes, "latin1");
  const flipped = () => Buffer.from(piece.map((byte) => byte ^ (1 << (anywhere % 8))));
  switch (how) {
    case "cut":
      return Buffer.concat([before, after]);
    case "double":
      return Buffer.concat([before, piece, piece, after]);
    case "repeat":
      return Buffer.concat([before, Buffer.alloc(Math.min(REPEATED, piece.length * REPEATED), piece), after]);
    case "swap":
      return Buffer.concat([before, after.subarray(0, length), piece, after.subarray(length)]);
    case "write":
      return Buffer.concat([before, other, data.subarray(at + other.length)]);
    case "insert":
      return Buffer.concat([before, other, data.subarray(at)]);
    case "flip":
      return Buffer.concat([before, flipped(), after]);
  }
}
