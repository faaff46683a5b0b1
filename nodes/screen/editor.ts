import { actionDialog } from "../../src/editor/action-dialog";
import { schema } from "./schema";

export const editor = actionDialog(schema, {
  label(given) {
    const action = given.fixed("action");
    return action && `screen: ${action}`;
  },
});
