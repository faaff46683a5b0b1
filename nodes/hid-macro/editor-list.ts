import { wordsOf } from "../../src/editor/words";
import { linesOf, type Line } from "./editor-lines";
import type { ReadStep } from "./editor-macro";

const words = wordsOf("hid-macro");

/** Lines that are shown at first, and that each press of the button adds. */
const PAGE = 100;

/**
 * The steps in plain words, each with a button.
 * @param run is called with the number of the last step that is to be played.
 */
export function showSteps(list: JQuery, steps: readonly ReadStep[], run: (last: number) => void): void {
  const lines = linesOf(steps);
  const broken = lines.find(({ problem }) => problem !== undefined)?.first ?? Infinity;
  const more = $("<button>", { type: "button", class: "red-ui-button red-ui-button-small" });
  let shown = 0;

  const item = (line: Line): JQuery => {
    const { first, last, problem } = line;
    const number = first === last ? String(first) : `${first}–${last}`;
    const text = problem ?? line.words();
    const entry = $("<li>").append(
      $("<span>", { class: "pikvm-step-number" }).text(number),
      $("<span>", { class: problem === undefined ? "pikvm-step" : "pikvm-step pikvm-warning" }).text(text),
    );
    return last < broken ? entry.append(runButton(last)) : entry;
  };
  const runButton = (last: number): JQuery => {
    const label = words("button.run", { step: last });
    const icon = $("<i>", { class: "fa fa-play", "aria-hidden": "true" });
    return $("<button>", { type: "button", class: "red-ui-button red-ui-button-small" })
      .attr({ "aria-label": label, title: label })
      .append(icon)
      .on("click", () => run(last));
  };
  const showMore = (): void => {
    const page = lines.slice(shown, shown + PAGE).map(item);
    shown += page.length;
    more.parent().before(page);
    more
      .text(words("button.more", { count: lines.length - shown }))
      .parent()
      .toggle(shown < lines.length);
  };

  list.empty().append($("<li>").append(more));
  more.on("click", () => {
    const next = shown;
    showMore();
    list.children().eq(next).find("button").trigger("focus");
  });
  showMore();
}
