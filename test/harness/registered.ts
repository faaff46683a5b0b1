import { readFileSync } from "node:fs";
import path from "node:path";
import { parseExpressionAt, type CallExpression, type Expression, type ObjectExpression } from "acorn";
import { CHECKOUT } from "./node-red";

interface Registered {
  type: unknown;
  /** Literals by their value, objects as they are, undefined for all that a parser cannot know. */
  definition: Map<string, unknown>;
}

const CALL = "RED.nodes.registerType(";

/** What a node's html tells about it without being run: the arguments of `RED.nodes.registerType("...", { ... })`. */
export function registered(html: string): Registered {
  const [, script = ""] = /<script type="text\/javascript">([^]*?)<\/script>/.exec(html) ?? [];
  const [before = "", ...calls] = script.split(CALL);
  if (calls.length !== 1) throw new Error(`${calls.length} calls of RED.nodes.registerType`);
  const call = parseExpressionAt(script, before.length, { ecmaVersion: 2020 }) as CallExpression; // it begins as one
  const [type, definition] = call.arguments;
  if (definition?.type !== "ObjectExpression") throw new Error("RED.nodes.registerType without an object");
  return { type: type && literal(type), definition: propertiesOf(definition) };
}

const known = new Map<string, Record<string, unknown>>();

/** What a new node of this package has in each of its properties when it is dragged into a flow. */
export function defaultsOf(name: string): Record<string, unknown> {
  const defaults = known.get(name) ?? readDefaults(name);
  known.set(name, defaults);
  return structuredClone(defaults);
}

function readDefaults(name: string): Record<string, unknown> {
  const html = readFileSync(path.join(CHECKOUT, "dist/nodes", `${name}.html`), "utf8");
  const defaults = registered(html).definition.get("defaults") as ObjectExpression; // every node of ours has them
  return Object.fromEntries(
    [...propertiesOf(defaults)].map(([property, definition]) => [
      property,
      propertiesOf(definition as ObjectExpression).get("value"), // what Node-RED demands of each
    ]),
  );
}

function propertiesOf(object: ObjectExpression): Map<string, unknown> {
  const properties = object.properties.filter((property) => property.type === "Property");
  return new Map(properties.map(({ key, value }) => [key.type === "Identifier" ? key.name : "", literal(value)]));
}

function literal(node: Expression | { type: "SpreadElement" }): unknown {
  if (node.type === "Literal") return node.value;
  if (node.type === "ArrayExpression") return node.elements.map((element) => element && literal(element));
  return node.type === "ObjectExpression" ? node : undefined;
}
