import { actionDialog } from "../../src/editor/action-dialog";
import { hint, row, showIf } from "../../src/editor/form";
import { wordsOf } from "../../src/editor/words";
import { isUsed } from "../../src/schema/when";
import { PickRow } from "./editor-pick";
import { schema } from "./schema";

const words = wordsOf(schema.name);
/** For Node-RED, too, which translates what a dialog has after it has been prepared. */
const call = (place: JQuery, key: string): JQuery =>
  place.attr("data-i18n", `node-red-contrib-pikvm/${schema.name}:${key}`).text(words(key));
const callRow = (field: string, label: string): JQuery => call(row(field).find("label span"), `label.${label}`);

/** What X and Y are; for all others, where is clicked. */
const MEANT: Readonly<Record<string, string>> = { move: "place", scroll: "scroll", push: "push" };

let pick: PickRow | undefined;

export const editor = actionDialog(schema, {
  label(given) {
    const action = given.fixed("action");
    return action && words(`flow.${action}`);
  },
  opened: () => void (pick = new PickRow()),
  changed(given) {
    pick?.update(given.literal, isUsed(schema.fields.unit.when, given.mayBe));
    const action = given.fixed("action");
    const isDrag = action === "drag";
    callRow("atX", isDrag ? "fromX" : "atX");
    callRow("atY", isDrag ? "fromY" : "atY");
    call(hint("atY"), action === undefined ? "hint.atY" : `hint.at.${MEANT[action] ?? "click"}`);
    showIf(hint("atY"), !isDrag);
  },
});
