import { Readable } from "node:stream";
import type { ImageSource } from "../client";
import { EDGES, namesIn } from "../client/vocabulary";

/**
 * Turns a value of a flow into what an action needs: forgiving in what it accepts, strict in what it hands on.
 * @throws Unfit with what is accepted.
 */
export type Reader<T> = (value: unknown) => T;

/** A value that cannot be used. The reader of the field adds its name and where the value came from. */
export class Unfit extends Error {
  /** @param shown the value, for the message; left out where it may be secret or long. */
  constructor(
    readonly expected: string,
    readonly shown?: unknown,
  ) {
    super(expected);
  }
}

/**
 * A text. Numbers and booleans become text; objects do not. It is never shown in an error: it may be what a user types
 * in secret.
 * @param empty accepts a text without characters; `optional` accepts nothing at all too, as an empty text.
 */
export function text({
  empty = false,
  optional = false,
}: { empty?: boolean; optional?: boolean } = {}): Reader<string> {
  return (value) => {
    if (value === undefined || value === null) {
      if (optional) return "";
      throw new Unfit("a text");
    }
    const result = simple(value);
    if (result === undefined)
      throw new Unfit(`a text, not ${Array.isArray(value) ? "an array" : `a value of type ${typeof value}`}`);
    if (result === "" && !empty && !optional) throw new Unfit("a text that is not empty");
    return result;
  };
}

/**
 * One of a list, in any case and with blanks or dashes for underscores.
 * @param synonyms other values that mean one of the list, e.g. `{ true: "on", "1": "on" }`.
 */
export function choice<const C extends readonly string[]>(
  choices: C,
  synonyms: Partial<Record<string, C[number]>> = {},
): Reader<C[number]> {
  return (value) => {
    const word = simple(value)
      ?.trim()
      .toLowerCase()
      .replace(/[\s-]+/g, "_");
    const synonym = word !== undefined && Object.hasOwn(synonyms, word) ? synonyms[word] : undefined;
    const found = choices.find((candidate) => candidate.toLowerCase() === word) ?? synonym;
    if (found === undefined) throw new Unfit(`one of ${choices.join(", ")}`, value);
    return found;
  };
}

/** Yes or no: true/false, 1/0, on/off, yes/no. @param optional nothing given is no. */
export function flag({ optional = false }: { optional?: boolean } = {}): Reader<boolean> {
  const read = choice(["true", "false"], {
    "1": "true",
    on: "true",
    yes: "true",
    "0": "false",
    off: "false",
    no: "false",
    "": "false",
  });
  return (value) => {
    if (optional && (value === undefined || value === null)) return false;
    try {
      return read(value) === "true";
    } catch {
      throw new Unfit("true or false", value);
    }
  };
}

interface NumberOptions {
  min: number;
  max: number;
  /** Only whole numbers. Default false. */
  whole?: boolean;
  /** What is counted, for the error, e.g. `seconds`. */
  unit?: string | undefined;
}

/** A number, also when it comes as text. */
export function number({ min, max, whole = false, unit }: NumberOptions): Reader<number> {
  const expected = `a ${whole ? "whole " : ""}number${unit === undefined ? "" : ` of ${unit}`} from ${min} to ${max}`;
  return (value) => {
    const given = simple(value)?.trim() ?? "";
    const result = given === "" ? NaN : Number(given);
    if (!(result >= min && result <= max) || (whole && !Number.isInteger(result))) throw new Unfit(expected, value);
    return result;
  };
}

/** The same, where nothing given means undefined. */
export function optionalNumber(options: NumberOptions): Reader<number | undefined> {
  const read = number(options);
  return (value) => (value === undefined || value === null || value === "" ? undefined : read(value));
}

/**
 * Parameters of a query: an object of simple values, JSON of one, or a text as after the question mark. Nothing is
 * none.
 */
export function query(): Reader<Record<string, string>> {
  return (value) => {
    if (value === undefined || value === null) return {};
    const text = simple(value)?.trim();
    if (text !== undefined && !text.startsWith("{")) return Object.fromEntries(new URLSearchParams(text));
    const given = text === undefined ? value : parsed(text);
    const entries = Object.entries(given ?? {}).map(([name, one]) => [name, simple(one)] as const);
    if (!isObject(given) || Array.isArray(given) || entries.some(([, one]) => one === undefined))
      throw new Unfit("an object with simple values, JSON of one, or a text such as a=1&b=2");
    return Object.fromEntries(entries) as Record<string, string>; // none is undefined, as was just looked at
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Bytes, or a text that stands for them; the action decides. */
export function data(): Reader<string | Uint8Array> {
  return (value) => {
    if (typeof value === "string" || value instanceof Uint8Array) return value;
    throw new Unfit("a text or a Buffer", value);
  };
}

/** The name of an image, or the result of a node that has stored one (its `image`). */
export function image(): Reader<string> {
  const read = text();
  return (value) => read(isObject(value) && "image" in value ? value["image"] : value);
}

/** An image to be sent, with what is known of it. */
export interface GivenImage {
  source: ImageSource;
  /** Bytes of a stream; not a number where something else was given. */
  size?: number;
  /** Its name where it came from. */
  name?: string;
}

/** A Buffer, the path of a file, a stream, or an object with a `stream` and, where known, its `size` and `image`. */
export function imageSource(): Reader<GivenImage> {
  return (value) => {
    if (value instanceof Readable || Buffer.isBuffer(value)) return { source: value };
    if (value instanceof Uint8Array) return { source: Buffer.from(value.buffer, value.byteOffset, value.byteLength) };
    if (typeof value === "string" && value !== "") return { source: value };
    if (!isObject(value) || !(value["stream"] instanceof Readable))
      throw new Unfit("a Buffer, the path of a file, a stream, or an object with a stream", value);
    const { stream, size, image } = value;
    const hasSize = size !== undefined && size !== null;
    return {
      source: stream,
      ...(hasSize ? { size: Number(simple(size) || NaN) } : {}),
      ...(typeof image === "string" ? { name: image } : {}),
    };
  };
}

/** Edges in pixels; what is left out is the edge of the picture. */
export interface RegionValue {
  left?: number;
  top?: number;
  right?: number;
  bottom?: number;
}

/**
 * A part of the screen: `left, top, right, bottom` as text or list, or an object with these names. Nothing is all of
 * it.
 */
export function region(): Reader<RegionValue | undefined> {
  return (value) => {
    if (value === undefined || value === null || simple(value)?.trim() === "") return undefined;
    const given = isObject(value) && !Array.isArray(value) ? EDGES.map((edge) => value[edge]) : listOf(value);
    const edges = given.map((edge) => (edge === undefined ? undefined : Number(simple(edge)?.trim() || NaN)));
    const isRight =
      edges.length === 4 &&
      edges.some((edge) => edge !== undefined) &&
      edges.every((edge) => edge === undefined || (edge >= 0 && Number.isFinite(edge)));
    if (!isRight) throw new Unfit("four edges in pixels: left, top, right, bottom", value);
    return Object.fromEntries(
      EDGES.flatMap((edge, index) => (edges[index] === undefined ? [] : [[edge, edges[index]]])),
    );
  };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : (simple(value) ?? "").split(",");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Buffer.isBuffer(value);
}

/**
 * Names in a list: an array, or a text separated by plus signs, commas or blanks.
 * @param optional accepts none.
 */
export function names({ optional = false }: { optional?: boolean } = {}): Reader<string[]> {
  return (value) => {
    const list: unknown[] = Array.isArray(value) ? value : namesIn(simple(value) ?? "");
    const result = list.map((item) => simple(item)?.trim()).filter((item) => item !== "");
    if (result.includes(undefined) || (result.length === 0 && !optional))
      throw new Unfit('names, e.g. "ControlLeft+AltLeft+Delete" or an array', value);
    return result as string[];
  };
}

/** A list of texts. */
export function texts(): Reader<string[]> {
  return (value) => {
    const isList = Array.isArray(value) && value.every((item) => typeof item === "string");
    if (!isList) throw new Unfit("a list of texts", value);
    return value;
  };
}

/** As text, what has one meaning as text. */
export function simple(value: unknown): string | undefined {
  if (Buffer.isBuffer(value)) return value.toString("utf8");
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
}
