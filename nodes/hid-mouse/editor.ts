import { actionDialog } from "../../src/editor/action-dialog";
import { hint, row } from "../../src/editor/form";
import { wordsOf } from "../../src/editor/words";
import { isUsed } from "../../src/schema/when";
import { PickRow } from "./editor-pick";
import { schema } from "./schema";

const words = wordsOf(schema.name);
/** For Node-RED, too, which translates what a dialog has after it has been prepared. */
const call = (field: string, label: string): JQuery =>
  row(field).find("label span").attr("data-i18n", `node-red-contrib-pikvm/${schema.name}:${label}`).text(words(label));

let pick: PickRow | undefined;

export const editor = actionDialog(schema, {
  label(given) {
    const action = given.fixed("action");
    return action && `mouse: ${action.replace("_", " ")}`;
  },
  opened: () => void (pick = new PickRow()),
  changed(given) {
    pick?.update(given.literal, isUsed(schema.fields.unit.when, given.mayBe));
    const isDrag = given.fixed("action") === "drag";
    call("atX", isDrag ? "label.fromX" : "label.atX");
    call("atY", isDrag ? "label.fromY" : "label.atY");
    hint("atY").toggle(!isDrag);
  },
});
