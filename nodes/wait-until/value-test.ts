import { isDeepStrictEqual } from "node:util";
import { ConfigurationError, expressionOf } from "../../src/client";
import type { WorkOf } from "../../src/actions/action";
import { flag } from "../../src/actions/readers";
import type { schema } from "./schema";

type ValueTest = (value: unknown, first: unknown) => boolean;

/**
 * How a value that a device reports is compared with one of a flow. What a flow has as text fits a number with the same
 * digits, and yes or no in the words of `flag`: messages from MQTT and dashboards are texts.
 * @throws ConfigurationError for a value that cannot be compared with.
 */
export function valueTest(test: WorkOf<typeof schema>["fields"]["test"], given: unknown): ValueTest {
  const wanted = Buffer.isBuffer(given) ? given.toString("utf8") : given;
  if (wanted === undefined && test !== "changes") {
    throw new ConfigurationError("There is no value to compare with: what it is taken from has none.");
  }
  switch (test) {
    case "equals":
      return sameAs(wanted);
    case "not_equals": {
      const isSame = sameAs(wanted);
      return (value, first) => !isSame(value, first);
    }
    case "changes":
      return (value, first) => !isDeepStrictEqual(value, first);
    case "matches":
      return matches(wanted);
    case "above":
    case "below":
      return isBeyond(test, wanted);
  }
}

function sameAs(wanted: unknown): ValueTest {
  const words = wordsOf(wanted).trim().toLowerCase();
  const wantedFlag = flagOf(wanted);
  return (value) => {
    if (isDeepStrictEqual(value, wanted)) return true;
    if (value === null) return wanted === "" || wanted === "null";
    if (typeof value === "object") return false;
    // Some boards report numbers for yes and no.
    const isFlag = typeof value === "boolean" || value === 0 || value === 1;
    if (isFlag && wantedFlag === Boolean(value)) return true;
    return textOf(value).toLowerCase() === words;
  };
}

/** @throws ConfigurationError for what is not in JSON, where all that a device reports comes from. */
function wordsOf(wanted: unknown): string {
  try {
    // Typed as always a text, but a function or a symbol has none.
    const words = textOf(wanted) as string | undefined;
    if (words !== undefined) return words;
  } catch {
    // Told below: it contains itself, or a BigInt.
  }
  throw new ConfigurationError(
    "The value to compare with is none that a device can report: it cannot be written as JSON.",
  );
}

const readFlag = flag();

/** Undefined for what says neither yes nor no. */
function flagOf(wanted: unknown): boolean | undefined {
  try {
    return wanted === "" ? undefined : readFlag(wanted);
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function matches(wanted: unknown): ValueTest {
  if (typeof wanted === "object") throw new ConfigurationError("The value must be a regular expression, as text.");
  const find = expressionOf(wordsOf(wanted));
  return (value) => find(textOf(value)) !== undefined;
}

function isBeyond(test: "above" | "below", wanted: unknown): ValueTest {
  const isText = typeof wanted === "string" && wanted.trim() !== "";
  const limit = isText || typeof wanted === "number" ? Number(wanted) : NaN;
  if (Number.isNaN(limit)) throw new ConfigurationError(`To wait for ${test}, the value must be a number.`);
  return (value) => typeof value === "number" && (test === "above" ? value > limit : value < limit);
}
