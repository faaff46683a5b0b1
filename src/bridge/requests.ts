import type { Actions } from "../actions/action";
import { ConfigurationError } from "../client";
import { readJson } from "../client/http/json";
import { isRecord } from "../client/http/shape";
import type { Field } from "../schema/field";
import { fieldsOf, type NodeSchema } from "../schema/node";
import type { Order } from "./entity";

/** A command of a node, as it came. */
export interface Request {
  order: Order;
  /** What the answer repeats, where there is no MQTT 5. */
  id?: unknown;
  /** Milliseconds since 1970, where it says when it was sent. */
  sent?: number | undefined;
}

/** Bytes; a text to type has at most two million characters. */
const LARGEST = 4 * 1024 * 1024;

/**
 * Reads what was published to `do/<node>/<action>`: JSON as the message that the node takes, or just its payload.
 * @throws ConfigurationError for a node or an action that is not there, and for what cannot be read.
 */
export function readRequest(actions: Readonly<Record<string, Actions>>, path: string, payload: Buffer): Request {
  const [node = "", action = ""] = path.split("/");
  const known = Object.hasOwn(actions, node) ? actions[node] : undefined;
  if (!known) {
    throw new ConfigurationError(`There is no node "${node}". There are: ${Object.keys(actions).join(", ")}.`);
  }
  const body = bodyOf(payload);
  const values = { ...valuesIn(known.schema, body), ...chosen(known.schema, action) };
  const { id, sent } = body;
  return { order: { node, values }, id, sent: timeOf(sent) };
}

function bodyOf(payload: Buffer): Record<string, unknown> {
  if (payload.length > LARGEST) {
    throw new ConfigurationError(`A command of ${payload.length} bytes is too long: the limit is ${LARGEST}.`);
  }
  const text = payload.toString("utf8");
  if (text === "") return {};
  try {
    const value = readJson(text);
    return isRecord(value) ? value : { payload: value };
  } catch {
    return { payload: text };
  }
}

/** The field that says what the node does. */
function chosen(schema: NodeSchema, action: string): Record<string, unknown> {
  const { deeds } = schema;
  return deeds === undefined || typeof deeds === "string" ? {} : { [deeds.by]: action };
}

/** By their names, or as the property of a message from which the node takes them. */
function valuesIn(schema: NodeSchema, body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given = fieldsOf(schema).map(([name, field]): [string, unknown] => [
    name,
    valueAt(body, [name]) ?? valueAt(body, pathOf(field)),
  ]);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** What a message has there itself. */
const valueAt = (body: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    path.length > 0 ? body : undefined,
  );

/** Where in a message a node looks for it: `payload.x`. */
const pathOf = ({ default: initial }: Field): string[] =>
  typeof initial === "object" && "msg" in initial ? initial.msg.split(".") : [];

/** ISO 8601, or seconds or milliseconds since 1970. @throws ConfigurationError for anything else. */
function timeOf(sent: unknown): number | undefined {
  if (sent === undefined) return undefined;
  const time = typeof sent === "string" ? Date.parse(sent) : sent;
  if (typeof time !== "number" || !Number.isFinite(time)) {
    throw new ConfigurationError("sent: give a time as ISO 8601, or the seconds since 1970; nothing was done.");
  }
  return time < MILLISECONDS ? time * 1000 : time;
}

/** As seconds it would be in the year 5138. */
const MILLISECONDS = 1e11;
