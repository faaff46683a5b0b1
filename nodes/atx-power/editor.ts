import { actionDialog } from "../../src/editor/action-dialog";
import { hint, showIf } from "../../src/editor/form";
import { wordsOf } from "../../src/editor/words";
import { isUsed } from "../../src/schema/when";
import { schema } from "./schema";

const words = wordsOf(schema.name);

export const editor = actionDialog(schema, {
  label(given) {
    const action = given.fixed("action");
    if (action === undefined) return undefined;
    const isSeen = given.fixed("wait") === "led" && isUsed(schema.fields.wait.when, given.surely);
    const what = action.replaceAll("_", " ");
    return isSeen ? words("flow.led", { action: what }) : words("flow.action", { action: what });
  },
  changed: (given) => showIf(hint("action"), given.fixed("action") === undefined),
});
