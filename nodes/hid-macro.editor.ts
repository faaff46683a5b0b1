import { MACRO_SOURCES, STORED, type HidMacroConfig } from "../src/config";
import { checkDevice } from "../src/editor/device-row";
import { dialogOf } from "../src/editor/dialog";
import { choice, number, stored, text, type MayBe } from "../src/editor/fields";
import { labelStyle, outputLabels, unbroken } from "../src/editor/labels";
import { macroProblem, prepareImport, summaryOf } from "../src/editor/macro";

const given = (mayBe: MayBe): boolean => mayBe("source", "macro");

const dialog = dialogOf("hid-macro", {
  source: choice(MACRO_SOURCES),
  macro: stored({ problem: macroProblem, used: given }),
  file: text({ used: (mayBe) => mayBe("source", "file") }),
  repeat: number({ min: 1, max: 10_000, whole: true }),
  speed: number({ min: 0.1, max: 10 }),
});

function prepareMacro(node: object): void {
  const input = $("#node-input-macro");
  const summary = $("#pikvm-macro-summary");
  dialog.prepare(node, () => {
    const isStored = dialog.typeOf(node, "macro") === STORED;
    $("#pikvm-macro-row").toggle(isStored && given(dialog.mayBe(node)));
    summary.removeClass("pikvm-warning").text(isStored ? summaryOf(String(input.val())) : "");
  });
  prepareImport($("#pikvm-macro-import"), $("#pikvm-macro-file"), (macro, fileName) => {
    const problem = macroProblem(macro);
    if (problem === undefined) input.typedInput("value", macro);
    else summary.addClass("pikvm-warning").text(`${fileName}: ${problem}`);
  });
}

RED.nodes.registerType<HidMacroConfig>("pikvm-hid-macro", {
  category: "PiKVM",
  color: "#7AB8AA",
  icon: "hid-macro.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    device: { value: "", type: "pikvm-device", validate: checkDevice },
    deviceFromMsg: { value: false },
    source: { value: "macro", validate: dialog.check("source") },
    sourceType: { value: "choice" },
    macro: { value: "", validate: dialog.check("macro") },
    macroType: { value: "stored" },
    file: { value: "filename", validate: dialog.check("file") },
    fileType: { value: "msg" },
    repeat: { value: "1", validate: dialog.check("repeat") },
    repeatType: { value: "num" },
    speed: { value: "1", validate: dialog.check("speed") },
    speedType: { value: "num" },
    progress: { value: false },
  },
  paletteLabel: unbroken("hid-macro"),
  label() {
    if (this.name) return this.name;
    const file = dialog.fixed(this, "source") === "file" ? dialog.fixed(this, "file") : undefined;
    return file ? `macro: ${file}` : "hid-macro";
  },
  labelStyle,
  outputLabels,
  oneditprepare() {
    prepareMacro(this);
  },
});
