import { typeOf, type NodeSchema } from "../schema/node";
import { defaultsOf, isNewer } from "../schema/stored";

/** What Node-RED itself keeps of a node, whatever its type. */
const OF_EVERY_NODE = "id type x y z g d l wires info icon inputLabels outputLabels credentials users".split(" ");

/**
 * Keeps what a newer version of this package has stored and this one does not know: the editor sends only the
 * properties that a type names, so a deploy would lose the others.
 */
export function keepUnknown(schema: NodeSchema): void {
  const known = new Set([...OF_EVERY_NODE, ...Object.keys(defaultsOf(schema))]);
  RED.events.on("nodes:add", (node: Record<string, unknown>) => {
    if (node["type"] !== typeOf(schema) || !isNewer(schema, node)) return;
    // The types of the editor know neither the flow as it was loaded nor properties that are found out later.
    const flow = RED.nodes.originalFlow() as Record<string, unknown>[] | undefined;
    const stored = flow?.find(({ id }) => id === node["id"]) ?? {};
    const defaults = RED.nodes.getType(typeOf(schema)).defaults as Record<string, { value: unknown }>;
    for (const [name, value] of Object.entries(stored)) {
      if (known.has(name)) continue;
      defaults[name] = { value: undefined };
      node[name] = value;
    }
  });
}
