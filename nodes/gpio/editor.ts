import { actionDialog } from "../../src/editor/action-dialog";
import { wordsOf } from "../../src/editor/words";
import { schema } from "./schema";

const words = wordsOf(schema.name);

export const editor = actionDialog(schema, {
  label(given) {
    const action = given.fixed("action");
    const what = [given.fixed("channel"), action && words(`flow.${action}`)].filter((word) => word);
    return what.length > 0 ? words("flow.what", { what: what.join(" ") }) : undefined;
  },
});
