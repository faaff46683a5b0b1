import { typeOf, type NodeSchema } from "../schema/node";
import { wordsOf } from "./words";

/**
 * Lets the palette find a node by what people type who do not know its name. Node-RED looks for that in the type and in
 * what it has noted as the label, which is not what it shows. And lets it be read there.
 */
export function preparePalette(schema: NodeSchema): void {
  const type = typeOf(schema);
  RED.events.on("registry:node-type-added", (added: string) => {
    if (added !== type) return;
    const place = $(`.red-ui-palette-node[data-palette-type="${type}"]`);
    place.attr("data-palette-label", `${schema.name} ${wordsOf(schema.name)("search")}`);
    // A name that is too long for a line has been broken anywhere: better at its hyphen.
    place.find(".red-ui-palette-label:has(br)").html(schema.name.replaceAll("-", "\u2011<br/>"));
  });
}
