import { actionDialog } from "../../src/editor/action-dialog";
import { hint } from "../../src/editor/form";
import { schema } from "./schema";

export const editor = actionDialog(schema, {
  label(given) {
    const action = given.fixed("action");
    return action && `power: ${action}`;
  },
  changed: (given) => void hint("action").toggle(given.fixed("action") === undefined),
});
