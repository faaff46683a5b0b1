import { prepareChecks } from "../../src/editor/checks";
import { DEEDS } from "../deeds";

const nodeOf = (deed: string): string => deed.split(": ")[0] ?? deed;
const actionOf = (deed: string): string => deed.slice(nodeOf(deed).length + 2) || deed;

/** A box for each deed, those of a node together; also for what a flow file names besides. */
export function prepareAllowed(place: JQuery, allowed: readonly string[]): void {
  const all = [...new Set([...DEEDS, ...allowed])];
  for (const node of new Set(all.map(nodeOf))) {
    const isOfNode = (deed: string): boolean => nodeOf(deed) === node;
    const boxes = $("<div>", { id: `${String(place.attr("id"))}-${node}`, role: "group", "aria-label": node });
    $("<div>", { class: "pikvm-group" }).text(node).appendTo(place);
    prepareChecks(boxes.appendTo(place), all.filter(isOfNode), allowed.filter(isOfNode), { shown: actionOf });
  }
}
