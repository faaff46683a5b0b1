import { actionDialog } from "../../src/editor/action-dialog";
import { wordsOf } from "../../src/editor/words";
import { PORT_ACTIONS, schema } from "./schema";

const words = wordsOf(schema.name);

export const editor = actionDialog(schema, {
  label(given) {
    const action = given.fixed("action");
    const what = action === "power" ? given.fixed("power") : action?.replace("_", " ");
    const port = given.mayBe("action", PORT_ACTIONS) ? given.fixed("port") : undefined;
    const said = [what, port].filter((word) => word);
    return said.length > 0 ? words("flow.what", { what: said.join(" ") }) : undefined;
  },
});
