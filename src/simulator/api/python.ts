/** What kvmd, a Python program, would print: its JSON and the `repr()` in its messages. */
import { showFloat } from "./python-numbers";

/** A number that Python holds as a float and therefore prints as `0.0`. */
export class Float {
  constructor(readonly value: number) {}

  toJSON(): number {
    return this.value;
  }

  valueOf(): number {
    return this.value;
  }

  toString(): string {
    return showFloat(this.value);
  }
}

export function float(value: number): Float {
  return new Float(value);
}

export type Json = null | boolean | number | string | Float | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Float);
}

/** Strings, so that numbers within them are left alone; and numbers. */
const JSON_SCALARS = /"(?:[^"\\]|\\.)*"|-?\d+(\.\d+)?([eE][+-]?\d+)?/g;

/**
 * As `json.loads(text)`, except that floats are held as their text: `1.0` and `1` are not the same in Python, nor in
 * kvmd's checks.
 */
export function parse(text: string): Json {
  const marked = text.replace(JSON_SCALARS, (scalar, fraction?: string, exponent?: string) =>
    fraction === undefined && exponent === undefined ? scalar : `"${scalar}"`,
  );
  return JSON.parse(marked) as Json; // JSON.parse makes nothing else
}

/** As `json.dumps(value)`: one line, keys as they come. WebSocket events and NDJSON records. */
export function dumps(value: Json): string {
  const layout: Layout = (items, open, close) => `${open}${items.join(", ")}${close}`;
  return write(value, layout, false, 0);
}

/** As `json.dumps(value, indent=4, sort_keys=True)`: every other JSON answer. */
export function dumpsPretty(value: Json): string {
  const layout: Layout = (items, open, close, level) => {
    if (items.length === 0) return open + close;
    const end = `\n${"    ".repeat(level)}`;
    const begin = `${end}    `;
    return `${open}${begin}${items.join(`,${begin}`)}${end}${close}`;
  };
  return write(value, layout, true, 0);
}

/** As `repr(text)`. */
export function repr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = Array.from(text).map((character) => {
    if (character === quote || character === "\\") return `\\${character}`;
    if (character === "\n") return "\\n";
    if (character === "\r") return "\\r";
    if (character === "\t") return "\\t";
    return isPrintable(character) ? character : hexEscape(character);
  });
  return quote + escaped.join("") + quote;
}

/** As `repr(list)` of strings. */
export function reprList(items: readonly string[]): string {
  return `[${items.map(repr).join(", ")}]`;
}

/** As `character.isprintable()`. */
export function isPrintable(character: string): boolean {
  return character === " " || !/[\p{C}\p{Z}]/u.test(character);
}

/** @param level how many lists and objects enclose it. */
type Layout = (items: readonly string[], open: string, close: string, level: number) => string;

function write(value: Json, layout: Layout, sorted: boolean, level: number): string {
  if (value instanceof Float) return Number.isFinite(value.value) ? value.toString() : String(value.value);
  if (typeof value === "string") return asciiString(value);
  if (value === null || typeof value !== "object") return String(value);
  const within = (item: Json): string => write(item, layout, sorted, level + 1);
  if (isList(value)) return layout(value.map(within), "[", "]", level);
  const keys = sorted ? Object.keys(value).sort() : Object.keys(value);
  const members = keys.map((key) => `${asciiString(key)}: ${within(value[key] ?? null)}`);
  return layout(members, "{", "}", level);
}

function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}

function asciiString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function hexEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}
