import { sourceDialog } from "../../src/editor/source-dialog";
import { schema } from "./schema";

export const editor = sourceDialog(schema, {
  label: ({ mode, text }) => `watch: ${mode === "text" ? text : mode}`,
  output: "pictures",
});
