import { actionDialog } from "../../src/editor/action-dialog";
import { tryRow } from "../../src/editor/try-row";
import { schema } from "./schema";

export const editor = actionDialog(schema, {
  label(given) {
    const action = given.fixed("action");
    return action && `screen: ${action}`;
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
