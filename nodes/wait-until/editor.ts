import { isStatePath } from "../../src/client/vocabulary";
import { actionDialog } from "../../src/editor/action-dialog";
import { wordsOf } from "../../src/editor/words";
import { schema } from "./schema";

const words = wordsOf(schema.name);

export const editor = actionDialog(schema, {
  label(given) {
    const condition = given.fixed("condition");
    const what = condition && given.fixed(condition === "text" ? "text" : "path");
    return what && `wait: ${what}`;
  },
  problems: { path: (path) => (isStatePath(path) ? undefined : words("reason.path")) },
});
