import { isStatePath } from "../../src/client/vocabulary";
import { actionDialog } from "../../src/editor/action-dialog";
import { tryRow, type Literal } from "../../src/editor/try-row";
import { wordsOf } from "../../src/editor/words";
import { schema } from "./schema";

const words = wordsOf(schema.name);

const stateFields = (literal: Literal): string[] =>
  literal("test") === "changes" ? ["path", "test"] : ["path", "test", "value"];

const textFields = (literal: Literal): string[] => [
  ...["event", "text", "mode", "region", "langs"],
  ...(literal("mode") === "tolerant" ? ["mistakes"] : []),
  ...(literal("event") === "disappears" ? ["noSignal"] : []),
];

export const editor = actionDialog(schema, {
  label(given) {
    const condition = given.fixed("condition");
    const what = condition && given.fixed(condition === "text" ? "text" : "path");
    return what && words("flow.what", { what });
  },
  problems: { path: (path) => (isStatePath(path) ? undefined : words("reason.path")) },
  ...tryRow("region", (literal) => {
    const fields = literal("condition") === "text" ? textFields(literal) : stateFields(literal);
    return { node: schema.name, fields: ["condition", ...fields] };
  }),
});
