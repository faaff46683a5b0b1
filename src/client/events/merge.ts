import { WebSocketError } from "../errors";
import { truePower } from "./atx-readings";
import { readJson } from "../http/json";
import { isRecord } from "../http/shape";
import { trueReadings } from "./gpio-readings";
import type { States } from "./states";

/** One message of the device's WebSocket. */
export interface DeviceEvent {
  event_type: string;
  event: unknown;
}

/** Reads a text message of a device's WebSocket. @throws WebSocketError for what is no event. */
export function parseEvent(data: Buffer): DeviceEvent {
  try {
    const value: unknown = readJson(data.toString());
    if (isRecord(value) && typeof value["event_type"] === "string")
      return { event_type: value["event_type"], event: "event" in value ? value["event"] : {} };
  } catch {
    // Told below.
  }
  throw new WebSocketError("The device sent something that is not an event.", { code: "BAD_EVENT" });
}

/** A kind of state and its new full value. */
export interface StateChange {
  kind: string;
  state: unknown;
  /** Seconds for which it has been so already; only of states that are computed from others. */
  age?: number;
}

/**
 * The full state that results from an event, without changing what was handed in; undefined for events that carry no
 * state (`loop`, `pong`) or a part of a state that is not known yet. Understands the event names of older devices too.
 */
export function mergeEvent(states: Readonly<States>, { event_type, event }: DeviceEvent): StateChange | undefined {
  if (!isRecord(event)) return undefined;
  const kind = kindOf(event_type);
  if (kind === "loop" || kind === "pong") return undefined;
  const name = nameOf(event_type);
  const known = states[kind];
  if (name.startsWith("info_")) return merged(kind, known, { [name.slice("info_".length)]: event }, shallow);
  if (name === "gpio_model") return merged(kind, known, { model: event }, shallow);
  if (name === "streamer_ocr" && isRecord(event["ocr"])) return merged(kind, known, event["ocr"], replace);
  return merged(kind, known, event, RULES.get(kind) ?? replace);
}

/** The kind of state that an event of this type belongs to, whatever older devices call it. */
export function kindOf(eventType: string): string {
  const name = nameOf(eventType);
  if (name.startsWith("info_")) return "info";
  return RENAMED.get(name) ?? name;
}

const nameOf = (eventType: string): string =>
  eventType.endsWith(STATE) ? eventType.slice(0, -STATE.length) : eventType;

const STATE = "_state";

/** Events of older devices that were for a part of a state, or had another name. */
const RENAMED = new Map([
  ["gpio_model", "gpio"],
  ["streamer_ocr", "ocr"],
]);

type Json = Record<string, unknown>;
type Rule = (known: Json | undefined, event: Json) => Json | undefined;

const replace: Rule = (_, event) => event;

/** Each key that is present replaces that key whole. */
const shallow: Rule = (known, event) => joined(known, event);

/** A full event replaces everything; a part is of use only on top of a known state. */
function fullOr(isFull: (event: Json) => boolean, merge: (known: Json, event: Json) => Json): Rule {
  return (known, event) => (isFull(event) ? event : known && merge(known, event));
}

/** Which parts only a full event has. A new field is none of them: devices of before send full ones without it. */
const oneOf =
  (...marks: string[]) =>
  (event: Json) =>
    marks.some((mark) => mark in event);

/** No kvmd was ever seen to send a part of it; `enabled` came in 4.21, and before nothing said that it is all. */
function isFullHid({ enabled, online, keyboard, mouse }: Json): boolean {
  if (enabled !== undefined) return true;
  return online !== undefined && [keyboard, mouse].every((part) => isRecord(part) && "online" in part);
}

const mergeAtx = fullOr(oneOf("enabled"), inside());

/** Merges the named sub-objects key by key, everything else whole. */
function inside(...names: string[]): (known: Json, event: Json) => Json {
  return (known, event) => {
    const result = joined(known, event);
    for (const name of names) {
      const [before, part] = [known[name], event[name]];
      if (isRecord(before) && isRecord(part)) result[name] = joined(before, part);
    }
    return result;
  };
}

const RULES = new Map<string, Rule>([
  [
    "atx",
    (known, event) => {
      const state = mergeAtx(known, event);
      return state && truePower(state);
    },
  ],
  ["hid", fullOr(isFullHid, inside("keyboard", "mouse"))],
  ["msd", fullOr(oneOf("enabled", "online"), inside("storage"))],
  ["gpio", (known, event) => trueReadings(mergeGpio(known, event), known)],
  ["switch", fullOr(oneOf("model"), inside())],
  ["streamer", fullOr(oneOf("features"), inside())],
  ["info", shallow],
]);

/** Parts that a device may send one by one. Real ones have a few dozen. */
export const MAX_PARTS = 1000;

/** Each part of the event replaces that part whole. @throws WebSocketError when there are too many in the end. */
function joined(known: Json | undefined, event: Json): Json {
  const both = { ...known, ...event };
  if (Object.keys(both).length > MAX_PARTS) {
    const message = `The device reports a state of more than ${MAX_PARTS} parts: it is none that a PiKVM has.`;
    throw new WebSocketError(message, { code: "TOO_MUCH", retryable: false });
  }
  return both;
}

function mergeGpio(known: Json | undefined, event: Json): Json | undefined {
  if ("model" in event) return event;
  // From old devices the event is the whole state itself, and the model an event of its own.
  if (!isRecord(event["state"])) return { ...known, state: event };
  if (!known) return undefined;
  const before = known["state"];
  return { ...known, state: inside("inputs", "outputs")(isRecord(before) ? before : {}, event["state"]) };
}

function merged(kind: string, known: unknown, event: Json, rule: Rule): StateChange | undefined {
  const state = rule(isRecord(known) ? known : undefined, event);
  return state && { kind, state };
}
