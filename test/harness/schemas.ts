import type { NodeSchema } from "../../src/schema/node";

/** What a node of this package is: `gpio`, `device`, ... */
export function schemaOf(name: string): NodeSchema {
  // oxlint-disable-next-line typescript/no-require-imports -- one file for each node, found by its name
  return (require(`../../nodes/${name}/schema.js`) as { schema: NodeSchema }).schema; // each exports one
}
