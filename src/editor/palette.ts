import { typeOf, type NodeSchema } from "../schema/node";
import { wordsOf } from "./words";

/**
 * Lets the palette find a node by what people type who do not know its name. Node-RED looks for that in the type and in
 * what it has noted as the label, which is not what it shows.
 */
export function findByWords(schema: NodeSchema): void {
  const type = typeOf(schema);
  RED.events.on("registry:node-type-added", (added: string) => {
    if (added !== type) return;
    const place = $(`.red-ui-palette-node[data-palette-type="${type}"]`);
    place.attr("data-palette-label", `${schema.name} ${wordsOf(schema.name)("search")}`);
  });
}
