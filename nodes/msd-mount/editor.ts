import { actionDialog } from "../../src/editor/action-dialog";
import { input } from "../../src/editor/form";
import { wordsOf } from "../../src/editor/words";
import { schema } from "./schema";

const words = wordsOf(schema.name);

export const editor = actionDialog(schema, {
  label(given) {
    const action = given.fixed("action");
    const image = given.fixed("image") ?? "…";
    if (action === "mount") return words("flow.mountImage", { image });
    if (action === "swap") return words("flow.swapImage", { image });
    return action && words(`flow.${action}`);
  },
  saving(given) {
    if (given.mayBe("drive", ["flash"])) return;
    // The row is hidden for a CD-ROM, and one that is writable is refused when a message comes.
    input("writableType").val("bool");
    input("writable").val("false");
  },
});
