import type { Actions } from "../actions/action";
import { ConfigurationError } from "../client";
import { readJson } from "../client/http/json";
import { isRecord } from "../client/http/shape";
import type { Field } from "../schema/field";
import { fieldsOf, type NodeSchema } from "../schema/node";
import type { Order } from "./entity";

/** What a command says, by name; it may have an `id`, which its answer repeats. */
type Body = Readonly<Record<string, unknown>>;

/** A command of a node, as it came. */
export interface Request {
  order: Order;
  /** Milliseconds since 1970, where it says when it was sent. */
  sent?: number | undefined;
}

/** Bytes; a text to type has at most two million characters. */
const LARGEST = 4 * 1024 * 1024;

/** Reads what was published to `do/<node>/<action>`. @throws ConfigurationError for anything else below `do`. */
export function readRequest(actions: Readonly<Record<string, Actions>>, path: string, body: Body): Request {
  const [node = "", action = "", ...deeper] = path.split("/");
  const known = Object.hasOwn(actions, node) ? actions[node] : undefined;
  if (!known) {
    const problem = node === "" ? "No node is named" : `There is no node "${node}"`;
    const nodes = Object.keys(actions).join(", ");
    throw new ConfigurationError(`${problem}: publish to do/<node>/<action>. There are: ${nodes}.`);
  }
  if (action === "" || deeper.length > 0) {
    const problem = `do/${path} ${action === "" ? "names no action" : "has too many levels"}`;
    const doable = choicesOf(known.schema).join(", ");
    throw new ConfigurationError(`${problem}: publish to do/${node}/<action>. There are: ${doable}.`);
  }
  const values = { ...valuesIn(known.schema, body), ...chosen(known.schema, action) };
  return { order: { node, values }, sent: timeOf(body["sent"]) };
}

/**
 * JSON as the message that the node takes, or just its payload.
 * @throws ConfigurationError for what is too long, and for what begins as a message and cannot be read as one.
 */
export function bodyOf(payload: Buffer): Body {
  if (payload.length > LARGEST) {
    throw new ConfigurationError(`A command of ${payload.length} bytes is too long: the limit is ${LARGEST}.`);
  }
  const text = payload.toString("utf8");
  if (text === "") return {};
  try {
    const value = readJson(text);
    if (isRecord(value)) return value;
    // As a number 007 or 1e3 would be another text.
    return { payload: typeof value === "number" ? text : value };
  } catch {
    if (text.trimStart().startsWith("{")) throw unreadable();
    return { payload: text };
  }
}

/** What it says is not shown: it may be secret. */
const unreadable = (): ConfigurationError =>
  new ConfigurationError(
    "The command begins with { and is no JSON that can be read; nothing was done. " +
      'A text that begins so is sent as JSON: {"payload": "{ ..."}.',
    { code: "NOT_JSON" },
  );

/** What a node can do, by the field that says so. */
function choicesOf({ deeds }: NodeSchema): string[] {
  return deeds === undefined || typeof deeds === "string" ? [] : Object.keys(deeds.does);
}

/** The field that says what the node does. */
function chosen(schema: NodeSchema, action: string): Record<string, unknown> {
  const { deeds } = schema;
  return deeds === undefined || typeof deeds === "string" ? {} : { [deeds.by]: action };
}

/** By their names, or as the property of a message from which the node takes them. */
function valuesIn(schema: NodeSchema, body: Body): Record<string, unknown> {
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
