import { ConfigurationError } from "../errors";
import { deviceWords } from "../words";
import type { States } from "./states";
import { stepsOfPath } from "../vocabulary";

/** A place in the merged states of a device, such as `atx.leds.power`. */
export interface StatePath {
  /** As it was written. */
  text: string;
  kind: string;
  /** Below the kind. */
  keys: readonly string[];
}

/** Reads `atx.leds.power` or `gpio.state.outputs["a b"].state`. @throws ConfigurationError for what is no path. */
export function statePath(text: string): StatePath {
  const [kind, ...keys] = stepsOfPath(text);
  if (kind === undefined) {
    throw new ConfigurationError(`"${text}" is not a path into the device's state, such as atx.leds.power.`);
  }
  return { text, kind, keys };
}

/** What is there in a state; null where nothing is. */
export function valueAt(state: unknown, keys: readonly string[]): unknown {
  let value = state;
  for (const key of keys) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return null;
    value = (value as Record<string, unknown>)[key]; // an object, or a list with its indices
  }
  return value ?? null;
}

/** Whether the device has told of what is at a path yet: it tells `info` part by part. */
export function isReported({ kind, keys: [part] }: StatePath, state: unknown): boolean {
  if (kind !== "info" || part === undefined) return true;
  return typeof state === "object" && state !== null && Object.hasOwn(state, part);
}

/**
 * The names beside the first one of a path that is not there; undefined when all are there, as far as there is
 * something to look into.
 */
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

const NAMES_SHOWN = 20;

/** What there is instead of a path that leads nowhere, for people. */
export function namesAsText(names: readonly string[]): string {
  if (names.length === 0) return "There is nothing below.";
  const more = names.length > NAMES_SHOWN ? ", ..." : "";
  return `There are: ${deviceWords(names.slice(0, NAMES_SHOWN).join(", "))}${more}.`;
}
