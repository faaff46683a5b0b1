import { sourceDialog } from "../../src/editor/source-dialog";
import { tryRow } from "../../src/editor/try-row";
import { wordsOf } from "../../src/editor/words";
import { schema } from "./schema";

const words = wordsOf(schema.name);

export const editor = sourceDialog(schema, {
  label: ({ mode, text }) => words(`flow.${mode}`, { text }),
  output: "pictures",
  ...tryRow("region", (literal) => {
    // The pictures that leave are those that the screen node would take.
    if (literal("mode") !== "text") return { node: "screen", fields: [], isPicture: true };
    const mistakes = literal("textMode") === "tolerant" ? ["mistakes"] : [];
    return { node: schema.name, fields: ["mode", "text", "textMode", ...mistakes, "region", "langs"] };
  }),
});
