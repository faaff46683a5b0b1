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
  if (wanted === undefined && test !== "changes") {
    throw new ConfigurationError("There is no value to compare with: what it is taken from has none.");
  }
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
  if (value === null) return wanted === "" || wanted === "null";
  if (typeof value === "object") return false;
  return textOf(value).toLowerCase() === textOf(wanted).trim().toLowerCase();
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function matches(wanted: unknown): ValueTest {
  if (typeof wanted === "object") throw new ConfigurationError("The value must be a regular expression, as text.");
  try {
    const expression = new RegExp(textOf(wanted));
    return (value) => expression.test(textOf(value));
  } catch (cause) {
    throw new ConfigurationError(`The value "${textOf(wanted)}" is not a regular expression.`, { cause });
  }
}

function isBeyond(test: "above" | "below", wanted: unknown): ValueTest {
  const isText = typeof wanted === "string" && wanted.trim() !== "";
  const limit = isText || typeof wanted === "number" ? Number(wanted) : NaN;
  if (Number.isNaN(limit)) throw new ConfigurationError(`To wait for ${test}, the value must be a number.`);
  return (value) => typeof value === "number" && (test === "above" ? value > limit : value < limit);
}
