import { actionDialog } from "../../src/editor/action-dialog";
import { wordsOf } from "../../src/editor/words";
import { schema } from "./schema";

const words = wordsOf(schema.name);

export const editor = actionDialog(schema, {
  label(given) {
    const call = given.fixed("call");
    const what = call === "custom" ? given.fixed("path") : call;
    return what && words("flow.what", { what });
  },
  problems: { path: (path) => (/^\/(?!\/)\S*$/.test(path) ? undefined : words("reason.path")) },
});
