import { prepareChecks } from "./checks";

const nodeOf = (deed: string): string => deed.split(": ")[0] ?? deed;
const actionOf = (deed: string): string => deed.slice(nodeOf(deed).length + 2) || deed;

/** A box for each deed (`atx-power: off`), those of a node together; also for what a flow file names besides. */
export function prepareDeeds(place: JQuery, deeds: readonly string[], checked: readonly string[]): void {
  const all = [...new Set([...deeds, ...checked])];
  for (const node of new Set(all.map(nodeOf))) {
    const isOfNode = (deed: string): boolean => nodeOf(deed) === node;
    const boxes = $("<div>", { id: `${String(place.attr("id"))}-${node}`, role: "group", "aria-label": node });
    $("<div>", { class: "pikvm-group" }).text(node).appendTo(place);
    prepareChecks(boxes.appendTo(place), all.filter(isOfNode), checked.filter(isOfNode), { shown: actionOf });
  }
}
