import { actionDialog } from "../../src/editor/action-dialog";
import { input, showIf } from "../../src/editor/form";
import type { Literal } from "../../src/editor/try-row";
import { wordsOf } from "../../src/editor/words";
import { STORED } from "../../src/schema/stored";
import { showSteps } from "./editor-list";
import { macroProblem, prepareImport, stepsIn, summaryOf } from "./editor-macro";
import { runSteps } from "./editor-run";
import { schema } from "./schema";

const words = wordsOf("hid-macro");
const part = (name: string): JQuery => $(`#pikvm-macro-${name}`);

const say = (text: string, isWrong = false): void =>
  void part("summary").text(text).toggleClass("pikvm-warning", isWrong);

/** What is imported may have steps that cannot be played, which are marked, but it must be a list of steps. */
function take(macro: string, name: string): boolean {
  const steps = stepsIn(macro);
  if (typeof steps === "string") {
    say(`${name}: ${steps}`, true);
    return false;
  }
  input("macro").typedInput("type", STORED);
  input("macro").typedInput("value", macro);
  return true;
}

function show(text: string, literal: Literal): void {
  const steps = text === "" ? [] : stepsIn(text);
  const isList = typeof steps !== "string";
  if (isList) say(text === "" ? words("hint.empty") : summaryOf(steps));
  else say(steps, true);
  showIf(part("steps"), isList && steps.length > 0);
  // Many changes are those of other fields.
  if (!isList || part("steps").data("steps") === steps) return;
  part("steps").data("steps", steps);
  showSteps(part("steps"), steps, (last) => run(text, last, literal));
}

/** With the node's own speed and patience, where they are given in the dialog. */
function run(text: string, last: number, literal: Literal): void {
  const macro = JSON.parse(text) as unknown[]; // or there were no steps to show
  const given = (name: string, otherwise: number): number => {
    const value = literal(name);
    return typeof value === "number" ? value : otherwise;
  };
  const order = { macro: macro.slice(0, last), speed: given("speed", 1), hostTimeout: given("hostTimeout", 0) };
  runSteps(part("steps").closest(".pikvm-form"), order);
}

export const editor = actionDialog(schema, {
  label(given) {
    const file = given.fixed("source") === "file" ? given.fixed("file") : undefined;
    return file && words("flow.file", { file });
  },
  problems: { macro: macroProblem },
  opened() {
    part("paste").attr("aria-label", words("placeholder.paste"));
    part("steps").attr("aria-label", words("label.steps"));
    prepareImport({ button: part("import"), files: part("file"), paste: part("paste") }, take);
    part("fold").prop("open", input("macroType").val() !== STORED);
  },
  changed(given) {
    const { value, type } = given.get("macro");
    const isMacro = given.mayBe("source", ["macro"]);
    showIf(part("fold"), isMacro);
    showIf(part("row"), isMacro);
    showIf(part("shown"), isMacro && type === STORED);
    if (type === STORED) show(value, given.literal);
  },
});
