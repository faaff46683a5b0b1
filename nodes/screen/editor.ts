import { actionDialog } from "../../src/editor/action-dialog";
import { tryRow } from "../../src/editor/try-row";
import { wordsOf } from "../../src/editor/words";
import { schema } from "./schema";

const words = wordsOf(schema.name);

export const editor = actionDialog(schema, {
  label(given) {
    const action = given.fixed("action");
    return action && words(`flow.${action}`);
  },
  ...tryRow("region", (literal) => {
    const isPicture = literal("action") === "snapshot";
    if (isPicture) {
      const size = literal("maxWidth") === 0 ? ["maxWidth"] : ["maxWidth", "jpegQuality"];
      return { node: schema.name, fields: ["action", ...size, "offline"], isPicture };
    }
    return literal("action") === "text" ? { node: schema.name, fields: ["action", "region", "langs"] } : undefined;
  }),
});
