import { ConfigurationError } from "./errors";
import type { States } from "./states";

/** A place in the merged states of a device, such as `atx.leds.power`. */
export interface StatePath {
  /** As it was written. */
  text: string;
  kind: string;
  /** Below the kind. */
  keys: readonly string[];
}

const PATH = /^\w+(\.\w[\w-]*|\[(\d+|"[^"]*"|'[^']*')\])*$/;
const PART = /(\w[\w-]*)|\[(?:(\d+)|"([^"]*)"|'([^']*)')\]/g;

/** Reads `atx.leds.power` or `gpio.state.outputs["a b"].state`. @throws ConfigurationError for what is no path. */
export function statePath(text: string): StatePath {
  const [kind, ...keys] = PATH.test(text) ? [...text.matchAll(PART)].map(partOf) : [];
  if (kind === undefined) {
    throw new ConfigurationError(`"${text}" is not a path into the device's state, such as atx.leds.power.`);
  }
  return { text, kind, keys };
}

function partOf([, name, index, double, single]: RegExpExecArray): string {
  return name ?? index ?? double ?? single ?? "";
}

/** What is there in a state; null where nothing is. */
export function valueAt(state: unknown, keys: readonly string[]): unknown {
  let value = state;
  for (const key of keys) {
    if (typeof value !== "object" || value === null) return null;
    value = (value as Record<string, unknown>)[key]; // an object, or a list with its indices
  }
  return value ?? null;
}

/** The value at a path of its kind's state; undefined while it is in a part that has not come yet: `info` is reported in parts. */
export function reportedAt(state: unknown, { kind, keys }: StatePath): unknown {
  const [part] = keys;
  const isPart = kind === "info" && part !== undefined && typeof state === "object" && state !== null;
  return isPart && !Object.hasOwn(state, part) ? undefined : valueAt(state, keys);
}

/** The names beside the first one of a path that is not there; undefined when all are there, as far as there is something to look into. */
export function namesBeside(states: Readonly<States>, { kind, keys }: StatePath): string[] | undefined {
  let value: unknown = states;
  for (const key of [kind, ...keys]) {
    // No image, no video: below them is nothing for now.
    if (value === null) return undefined;
    if (typeof value !== "object") return [];
    if (!Object.hasOwn(value, key)) return Object.keys(value);
    value = (value as Record<string, unknown>)[key]; // as above
  }
  return undefined;
}
