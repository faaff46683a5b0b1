import { actionDialog } from "../../src/editor/action-dialog";
import { schema } from "./schema";

export const editor = actionDialog(schema, {
  label(given) {
    const words = [given.fixed("channel"), given.fixed("action")].filter((word) => word);
    return words.length > 0 ? `gpio: ${words.join(" ")}` : undefined;
  },
});
