import { actionDialog } from "../../src/editor/action-dialog";
import { PORT_ACTIONS, schema } from "./schema";

export const editor = actionDialog(schema, {
  label(given) {
    const action = given.fixed("action");
    const what = action === "power" ? given.fixed("power") : action?.replace("_", " ");
    const port = given.mayBe("action", PORT_ACTIONS) ? given.fixed("port") : undefined;
    const words = [what, port].filter((word) => word);
    return words.length > 0 ? `switch: ${words.join(" ")}` : undefined;
  },
});
