import { ConfigurationError } from "../client";
import type { Field, Unit } from "../schema/field";
import * as readers from "./readers";
import { reasonOf } from "./thrown";
import { simple, Unfit, type Reader } from "./readers";

/** What an action gets for a field. */
export type ValueOf<F> = F extends { kind: "choice"; choices: readonly (infer C)[] }
  ? C
  : F extends { kind: "number"; blank: true } | { kind: "number"; optional: true }
    ? number | undefined
    : F extends { kind: infer Kind extends keyof Values }
      ? Values[Kind]
      : unknown;

interface Values {
  text: string;
  image: string;
  configNode: string;
  number: number;
  flag: boolean;
  names: string[];
  list: string[];
  checks: string[];
  region: readers.RegionValue | undefined;
  query: Record<string, string>;
  data: string | Uint8Array;
  imageSource: readers.GivenImage;
}

/** How a unit is called in an error. */
const UNITS: Partial<Record<Unit, string>> = {
  seconds: "seconds",
  pixels: "pixels",
  percent: "percent",
  fps: "pictures per second",
};

/** How the values of a field are read. */
export function readerOf<F extends Field>(field: F): Reader<ValueOf<F>> {
  // The two tables by kind, of types and of readers, say the same.
  return anyReaderOf(field) as Reader<ValueOf<F>>;
}

function anyReaderOf(field: Field): Reader<unknown> {
  switch (field.kind) {
    case "choice":
      return readers.choice(field.choices, field.synonyms);
    case "text":
      return readers.text({ empty: field.empty === true, optional: field.optional === true || field.blank === true });
    case "number": {
      const { min, max, whole = false, unit } = field;
      const options = { min, max, whole, unit: unit && UNITS[unit] };
      return field.optional || field.blank ? readers.optionalNumber(options) : readers.number(options);
    }
    case "flag":
      return readers.flag({ optional: field.optional === true });
    case "names":
      return readers.names({ optional: field.blank === true });
    case "region":
      return readers.region();
    case "query":
      return readers.query();
    case "data":
      return readers.data();
    case "image":
      return readers.image();
    case "imageSource":
      return readers.imageSource();
    case "checks":
    case "list":
      return readers.texts();
    case "configNode":
      return readers.text({ optional: true });
    case "value":
    case "anything":
    case "json":
      return (value) => value;
  }
}

/**
 * @param label answers what the dialog calls the field.
 * @param source where the value came from.
 * @throws ConfigurationError that names the field, where its value came from, and what would be accepted.
 */
export function readAs<T>(reader: Reader<T>, value: unknown, label: () => string, source: string): T {
  try {
    return reader(value);
  } catch (error) {
    if (!(error instanceof Unfit)) {
      // A flow can bring objects that throw when they are looked at; with anything else the reader itself is wrong.
      if (typeof value !== "object") throw error;
      const text = `${label()}: the value from ${source} cannot be read: ${reasonOf(error)}`;
      throw new ConfigurationError(text, { cause: error });
    }
    const what = error.shown === undefined ? `the value from ${source}` : `${preview(error.shown)} (from ${source})`;
    const nothing = value === undefined || value === null ? "; nothing was given" : "";
    throw new ConfigurationError(`${label()}: ${what} cannot be used, expected ${error.expected}${nothing}.`);
  }
}

const PREVIEW_LENGTH = 60;

function preview(value: unknown): string {
  const shown = value === null ? "null" : (simple(value) ?? (Array.isArray(value) ? "[array]" : `[${typeof value}]`));
  return JSON.stringify(shown.length > PREVIEW_LENGTH ? `${shown.slice(0, PREVIEW_LENGTH)}...` : shown);
}
