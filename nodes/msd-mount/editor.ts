import { actionDialog } from "../../src/editor/action-dialog";
import { input } from "../../src/editor/form";
import { wordsOf } from "../../src/editor/words";
import { schema } from "./schema";

const words = wordsOf(schema.name);

export const editor = actionDialog(schema, {
  label(given) {
    const action = given.fixed("action");
    if (action === "mount" || action === "swap")
      return words(`flow.${action}Image`, { image: given.fixed("image") ?? "…" });
    return action && words(`flow.${action}`);
  },
  saving(given) {
    if (given.mayBe("drive", ["flash"])) return;
    // The row is hidden for a CD-ROM, and one that is writable is refused when a message comes.
    input("writableType").val("bool");
    input("writable").val("false");
  },
});
