import { canDestroy } from "./deeds";
import type { Field } from "./field";
import { fieldsOf, versionOf, type NodeSchema } from "./node";

/** The typed-input type of a value picked from a fixed list. */
export const CHOICE = "choice";

/** The typed-input type of a text that is kept in the node, however long. */
export const STORED = "stored";

/** The typed-input type of a value kept in the node's credentials. */
export const SECRET = "secret";

/** What Node-RED's editor shows, and sends, for a credential that only the server has. */
export const UNSEEN = "__PWRD__";

type Stored = Readonly<Record<string, unknown>>;

/** What a node has that is dragged from the palette. */
export function freshOf(schema: NodeSchema): Record<string, unknown> {
  const fields = fieldsOf(schema).map(([name, field]) => {
    const { fresh = field.default } = field.kind === "choice" ? field : {};
    return [name, { ...field, default: fresh }];
  });
  return defaultsOf({ ...schema, fields: Object.fromEntries(fields) as NodeSchema["fields"] }); // the same names
}

/** What stands for all that a flow says nothing of. */
export function defaultsOf(schema: NodeSchema): Record<string, unknown> {
  const isAction = schema.role === "action";
  const fields = fieldsOf(schema).map(([name, field]) => (isAction ? typed(name, field) : { [name]: plain(field) }));
  return Object.assign(
    { name: "", version: versionOf(schema) },
    schema.role === "device" ? {} : { device: "" },
    isAction ? { deviceFromMsg: false } : {},
    canDestroy(schema) ? { confirm: false } : {},
    ...fields,
    schema.progress === undefined ? {} : { progress: false },
  ) as Record<string, unknown>;
}

/**
 * What a flow has stored, as this version stores it. What is absent takes its default; of a newer version nothing is
 * changed, so what is not known here stays.
 */
export function upToDate(schema: NodeSchema, stored: Stored): Record<string, unknown> {
  const migrations = schema.migrations ?? [];
  const migrated = migrations.slice(storedVersion(stored) - 1).reduce<Stored>((old, migrate) => migrate(old), stored);
  const current = { ...keptDefaultsOf(schema), ...withTypes(schema, migrated) };
  return isNewer(schema, stored) ? current : { ...current, version: versionOf(schema) };
}

const kept = new WeakMap<NodeSchema, Record<string, unknown>>();

/** As `defaultsOf`, made once: a deploy may start thousands of nodes. */
function keptDefaultsOf(schema: NodeSchema): Readonly<Record<string, unknown>> {
  const defaults = kept.get(schema) ?? defaultsOf(schema);
  kept.set(schema, defaults);
  return defaults;
}

/** Whether a later version of this package has stored it. */
export const isNewer = (schema: NodeSchema, stored: Stored): boolean => storedVersion(stored) > versionOf(schema);

function storedVersion({ version }: Stored): number {
  return typeof version === "number" && version >= 1 ? version : 1;
}

/**
 * Without what is absent. A value whose type is absent was written by hand: it is meant as it stands, be it a text, a
 * number or yes and no.
 */
function withTypes(schema: NodeSchema, stored: Stored): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(stored))
    if (value !== undefined && !isBlankTime(schema, name, value)) given[name] = value;
  if (schema.role !== "action") return given;
  for (const name of Object.keys(schema.fields)) {
    const value = stored[name];
    if (value === undefined) continue;
    given[name] = textOf(value);
    if (!(`${name}Type` in given)) given[`${name}Type`] = literalType(value);
  }
  return given;
}

/** The typed-input type of a value that stands for itself. */
const literalType = (value: unknown): string =>
  typeof value === "number" ? "num" : typeof value === "boolean" ? "bool" : "str";

/** As a typed input stores it. */
const textOf = (value: unknown): unknown =>
  typeof value === "number" || typeof value === "boolean" ? String(value) : value;

/** In a flow of 0.1.0 a time of the device may be blank: that is its default. */
const isBlankTime = ({ role, fields }: NodeSchema, name: string, value: unknown): boolean =>
  role === "device" && value === "" && fields[name]?.kind === "number";

/** A value, and the type of the typed input that holds it. */
function typed(name: string, field: Field): Record<string, string> {
  const { default: initial } = field;
  if (typeof initial === "object" && "msg" in initial) return { [name]: initial.msg, [`${name}Type`]: "msg" };
  return { [name]: String(initial), [`${name}Type`]: fixedType(field) };
}

/** The typed-input type of what is given in the dialog, at first. */
export function fixedType(field: Field): string {
  switch (field.kind) {
    case "choice":
      return CHOICE;
    case "json":
      return STORED;
    case "number":
      return "num";
    case "flag":
      return "bool";
    case "value":
      return literalType(field.default);
    default:
      return "str";
  }
}

function plain(field: Field): unknown {
  const { default: initial } = field;
  return typeof initial === "number" ? String(initial) : initial;
}
