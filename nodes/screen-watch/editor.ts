import { sourceDialog } from "../../src/editor/source-dialog";
import { tryRow } from "../../src/editor/try-row";
import { schema } from "./schema";

export const editor = sourceDialog(schema, {
  label: ({ mode, text }) => `watch: ${mode === "text" ? text : mode}`,
  output: "pictures",
  ...tryRow("region", (literal) => {
    // The pictures that leave are those that the screen node would take.
    if (literal("mode") !== "text") return { node: "screen", fields: [], isPicture: true };
    const mistakes = literal("textMode") === "tolerant" ? ["mistakes"] : [];
    return { node: schema.name, fields: ["mode", "text", "textMode", ...mistakes, "region", "langs"] };
  }),
});
