import { actionDialog } from "../../src/editor/action-dialog";
import { input } from "../../src/editor/form";
import { STORED } from "../../src/schema/stored";
import { macroProblem, prepareImport, summaryOf } from "./editor-macro";
import { schema } from "./schema";

const summary = (): JQuery => $("#pikvm-macro-summary");

export const editor = actionDialog(schema, {
  label(given) {
    const file = given.fixed("source") === "file" ? given.fixed("file") : undefined;
    return file && `macro: ${file}`;
  },
  problems: { macro: macroProblem },
  opened() {
    prepareImport($("#pikvm-macro-import"), $("#pikvm-macro-file"), (macro, fileName) => {
      const problem = macroProblem(macro);
      if (problem === undefined) input("macro").typedInput("value", macro);
      else summary().addClass("pikvm-warning").text(`${fileName}: ${problem}`);
    });
  },
  changed(given) {
    const { value, type } = given.get("macro");
    const isStored = type === STORED;
    $("#pikvm-macro-row").toggle(isStored && given.mayBe("source", ["macro"]));
    summary()
      .removeClass("pikvm-warning")
      .text(isStored ? summaryOf(value) : "");
  },
});
