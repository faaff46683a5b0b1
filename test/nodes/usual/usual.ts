import type { NodeSchema } from "../../../src/schema/node";
import { schemaOf } from "../../harness/schemas";
import { NODE_SETS } from "../../package/tarball";

/**
 * An ordinary use of a node, by which all that holds for every node is tested. The simulated device has the image
 * `a.iso` and a switch.
 */
export interface Usual {
  /** What is stored in the node, besides what it has when it is dragged into a flow. */
  properties: Record<string, unknown>;
  /** For action nodes: the message that makes it work. */
  msg?: Record<string, unknown>;
}

interface UsualNode extends Usual {
  name: string;
  type: string;
}

const all = NODE_SETS.filter((name) => name !== "device").map((name): UsualNode => {
  // oxlint-disable-next-line typescript/no-require-imports -- one file for each node, found by its name
  const { usual } = require(`./${name}.js`) as { usual: Usual }; // each node has a file of its name that exports one
  return { name, type: `pikvm-${name}`, ...usual };
});

const inRole = (role: NodeSchema["role"]): UsualNode[] => all.filter(({ name }) => schemaOf(name).role === role);

/** The nodes that do something for a message. */
export const ACTIONS = inRole("action");

/** The nodes that send messages by themselves. */
export const SOURCES = inRole("source");

/** The nodes that put a device elsewhere: on the broker with the id "broker". */
export const BRIDGES = inRole("bridge");
