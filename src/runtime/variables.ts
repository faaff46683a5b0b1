import { ConfigurationError } from "../client";
import type { Field } from "../schema/field";
import { SECRET } from "../schema/stored";
import { referenceIn, variableIn } from "../schema/variable";
import type { TypedInput } from "./evaluate";
import type { FlowNode, NodeAPI } from "./red";

const NOT_SET = "VARIABLE_NOT_SET";
const INSIDE = "VARIABLE_INSIDE";
const CODES = new Set([NOT_SET, INSIDE]);

/** A node, as far as it says where in the flows it is. */
interface Placed {
  id: string;
  /** Without it, it belongs to all flows. */
  z?: string;
  /** In an instance of a subflow: the id that the node has in the flow file. */
  _alias?: string;
}

/** A value of a node after Node-RED has put the environment variables in. */
interface Stored {
  name: string;
  /** Answers what the dialog calls it. */
  label: () => string;
  value: unknown;
  /** The value may have `${...}` inside, which means nothing there: a text to type, a pattern. */
  verbatim: boolean;
  isSecret?: boolean;
}

/**
 * Node-RED puts a variable in where it is the whole value, and leaves it as it stands where there is no such variable.
 * @throws ConfigurationError that names variable and property, for a value with a variable that was not put in.
 */
export function checkVariables(RED: NodeAPI, node: Placed, stored: Stored): void {
  const { name, label, value, verbatim, isSecret = false } = stored;
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const text of texts) {
    if (typeof text !== "string") continue;
    const variable = variableIn(text);
    const inside = verbatim ? undefined : referenceIn(text);
    // As a text to type, the older way to write one is more often what it looks like.
    const isMeant = variable !== undefined && !(verbatim && text.startsWith("$("));
    if (!isMeant && inside === undefined) continue;
    // What a variable holds may look like this, too.
    if (!textsIn(rawOf(RED, node, name, isSecret)).includes(text)) continue;
    if (isMeant) throw notSet(label(), variable, !node.z);
    throw insideOf(label(), isSecret ? "A variable" : inside);
  }
}

/**
 * The same for a field of an action, and for a variable that its typed input names.
 * @returns what is to be evaluated.
 */
export function checkedInput(
  RED: NodeAPI,
  node: FlowNode,
  { name, label, field, input }: { name: string; label: () => string; field: Field; input: TypedInput },
): TypedInput {
  const { type, value } = input;
  if (type === "env") return checkedVariable(RED, node, { name, label, input });
  const isLiteral = !["msg", "flow", "global", "jsonata"].includes(type);
  checkVariables(RED, node, { name, label, value, verbatim: !isLiteral || isVerbatim(field) });
  if (type === SECRET) {
    const { secret } = (node.credentials as { secret?: unknown } | undefined) ?? {};
    checkVariables(RED, node, {
      name: SECRET,
      label: () => RED._("label.secret"),
      value: secret,
      verbatim: true,
      isSecret: true,
    });
  }
  return input;
}

/** @throws what reading a value throws, if that is for a variable; all else is left to whoever uses the value. */
export function throwIfVariable(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigurationError && CODES.has(error.code)) throw error;
  }
}

/** Node-RED takes a variable that is not there as an empty text. */
function checkedVariable(
  RED: NodeAPI,
  node: FlowNode,
  { name, label, input }: { name: string; label: () => string; input: TypedInput },
): TypedInput {
  // Node-RED types it as always there.
  const settingOf = (variable: string) => RED.util.getSetting(node, variable) as string | undefined;
  const missing = variablesOf(input.value).find((variable) => settingOf(variable) === undefined);
  if (missing === undefined) return input;
  const raw = rawOf(RED, node, name, false);
  // Written as ${NAME}, it was put in when the node was made.
  const isPutIn = typeof raw === "string" && variableIn(raw) !== undefined && raw !== input.value;
  if (!isPutIn) throw notSet(label(), missing, false);
  return { type: "str", value: input.value };
}

export const isVerbatim = (field: Field): boolean => field.kind === "json" || field.verbatim === true;

/** @throws ConfigurationError when the id of a chosen config node is a variable that is not there. */
export function checkChosen(label: () => string, id: string): void {
  const variable = variableIn(id);
  if (variable !== undefined) throw notSet(label(), variable, false);
}

function variablesOf(text: string): string[] {
  const whole = variableIn(text);
  if (whole !== undefined && text.startsWith("${")) return [whole];
  const inside = [...text.matchAll(/\$\{([^}]+)\}/g)].map(([, name = ""]) => name);
  return inside.length > 0 ? inside : [text];
}

/** What the flow file has for a property; undefined for a node of a subflow that is installed as a module. */
function rawOf(RED: NodeAPI, node: Placed, name: string, isSecret: boolean): unknown {
  const id = node._alias ?? node.id;
  // Node-RED types them as always there.
  const credentials = isSecret ? (RED.nodes.getCredentials(id) as Record<string, unknown> | undefined) : undefined;
  if (credentials) return credentials[name];
  let raw: unknown;
  RED.nodes.eachNode((config) => {
    if (config.id === id) raw = (config as unknown as Record<string, unknown>)[name];
  });
  return raw;
}

/** Of a module nothing is known but the value itself: then anything may be meant. */
function textsIn(raw: unknown): { includes: (text: string) => boolean } {
  if (raw === undefined) return { includes: () => true };
  const texts: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  return { includes: (text) => texts.includes(text) };
}

function notSet(label: string, variable: string, isGlobal: boolean): ConfigurationError {
  const scope = isGlobal
    ? " What belongs to all flows sees only Node-RED's global variables and those of its process, not those of a tab."
    : "";
  const message = `${label}: the environment variable ${variable} is not set; nothing was sent.${scope}`;
  return new ConfigurationError(message, { code: NOT_SET });
}

function insideOf(label: string, what = ""): ConfigurationError {
  const message = `${label}: ${what} inside of a text is not replaced by Node-RED; nothing was sent. Put all of the text into one variable, and write it as \${NAME} alone.`;
  return new ConfigurationError(message, { code: INSIDE });
}
