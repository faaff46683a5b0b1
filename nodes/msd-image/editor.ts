import { actionDialog } from "../../src/editor/action-dialog";
import { wordsOf } from "../../src/editor/words";
import { schema } from "./schema";

const words = wordsOf(schema.name);

export const editor = actionDialog(schema, {
  label(given) {
    const action = given.fixed("action");
    return action && words(`flow.${action}`);
  },
  problems: { url: (url) => (/^\s*https?:\/\/\S+\s*$/i.test(url) ? undefined : words("reason.url")) },
});
