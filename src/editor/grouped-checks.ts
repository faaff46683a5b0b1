import { checkedIn, prepareChecks } from "./checks";

const nodeOf = (deed: string): string => deed.split(": ")[0] ?? deed;
const actionOf = (deed: string): string => deed.slice(nodeOf(deed).length + 2) || deed;

/**
 * A box for each deed (`atx-power: off`), also for what a flow file names besides. Those of a node are folded together,
 * with how many of them are checked.
 */
export function prepareDeeds(place: JQuery, deeds: readonly string[], checked: readonly string[]): void {
  const all = [...new Set([...deeds, ...checked])];
  for (const node of new Set(all.map(nodeOf))) {
    const own = all.filter((deed) => nodeOf(deed) === node);
    const count = $("<span>");
    const boxes = $("<div>", { id: `${String(place.attr("id"))}-${node}`, role: "group", "aria-label": node });
    const summary = $("<summary>").append(document.createTextNode(node), count);
    $("<details>", { class: "pikvm-group" }).append(summary, boxes).appendTo(place);
    prepareChecks(boxes, own, checked.filter((deed) => own.includes(deed)), { shown: actionOf }); // prettier-ignore
    const update = (): void => void count.text(`${checkedIn(boxes).length} / ${own.length}`);
    boxes.on("change", update);
    update();
  }
}
