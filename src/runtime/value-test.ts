import { isDeepStrictEqual } from "node:util";
import { ConfigurationError } from "../client";
import type { VALUE_TESTS } from "../config";

export type ValueTest = (value: unknown, first: unknown) => boolean;

/**
 * How a value that a device reports is compared with one of a flow. What a flow has as text fits a number or a flag with the same words:
 * messages from MQTT and dashboards are texts.
 * @throws ConfigurationError for a value that cannot be compared with.
 */
export function valueTest(test: (typeof VALUE_TESTS)[number], wanted: unknown): ValueTest {
  switch (test) {
    case "equals":
      return (value) => isSame(value, wanted);
    case "not_equals":
      return (value) => !isSame(value, wanted);
    case "changes":
      return (value, first) => !isDeepStrictEqual(value, first);
    case "matches":
      return matches(wanted);
    case "above":
    case "below":
      return isBeyond(test, wanted);
  }
}

function isSame(value: unknown, wanted: unknown): boolean {
  if (isDeepStrictEqual(value, wanted)) return true;
  if (value === null) return wanted === "" || wanted === "null" || wanted === undefined;
  if (wanted === undefined) return false;
  if (typeof value === "object") return false;
  return textOf(value).toLowerCase() === textOf(wanted).trim().toLowerCase();
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function matches(wanted: unknown): ValueTest {
  try {
    const expression = new RegExp(String(wanted));
    return (value) => expression.test(textOf(value));
  } catch (cause) {
    throw new ConfigurationError(`The value "${String(wanted)}" is not a regular expression.`, { cause });
  }
}

function isBeyond(test: "above" | "below", wanted: unknown): ValueTest {
  const limit = typeof wanted === "string" && wanted.trim() === "" ? NaN : Number(wanted);
  if (Number.isNaN(limit)) throw new ConfigurationError(`To wait for ${test}, the value must be a number.`);
  return (value) => typeof value === "number" && (test === "above" ? value > limit : value < limit);
}
