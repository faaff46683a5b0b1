import { MOUSE_ACTIONS, MOUSE_BUTTONS, POINT_UNITS, type HidMouseConfig } from "../src/config";
import { checkDevice } from "../src/editor/device-row";
import { dialogOf, hint, row } from "../src/editor/dialog";
import { choice, number, seconds, type MayBe } from "../src/editor/fields";
import { labelStyle, outputLabels, unbroken } from "../src/editor/labels";
import { wordsOf } from "../src/editor/words";

const drags = (mayBe: MayBe): boolean => mayBe("action", "drag");
const presses = (mayBe: MayBe): boolean => drags(mayBe) || mayBe("action", "click", "double_click", "press", "release");
const words = wordsOf("hid-mouse");
const FAR = { min: -100_000, max: 100_000 };

const dialog = dialogOf("hid-mouse", {
  action: choice(MOUSE_ACTIONS),
  button: choice(MOUSE_BUTTONS, { used: presses }),
  unit: choice(POINT_UNITS, { used: (mayBe) => presses(mayBe) || mayBe("action", "move") }),
  atX: number({ ...FAR, blank: true }),
  atY: number({ ...FAR, blank: true }),
  toX: number({ ...FAR, used: drags }),
  toY: number({ ...FAR, used: drags }),
  duration: seconds({ max: 600, used: drags }),
  steps: number({ min: 1, max: 1000, whole: true, blank: true, used: drags }),
  hold: seconds({ max: 600, used: (mayBe) => mayBe("action", "click", "double_click") }),
});

RED.nodes.registerType<HidMouseConfig>("pikvm-hid-mouse", {
  category: "PiKVM",
  color: "#7AB8AA",
  icon: "hid-mouse.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    device: { value: "", type: "pikvm-device", validate: checkDevice },
    deviceFromMsg: { value: false },
    action: { value: "click", validate: dialog.check("action") },
    actionType: { value: "choice" },
    button: { value: "left", validate: dialog.check("button") },
    buttonType: { value: "choice" },
    unit: { value: "percent", validate: dialog.check("unit") },
    unitType: { value: "choice" },
    atX: { value: "payload.x", validate: dialog.check("atX") },
    atXType: { value: "msg" },
    atY: { value: "payload.y", validate: dialog.check("atY") },
    atYType: { value: "msg" },
    toX: { value: "50", validate: dialog.check("toX") },
    toXType: { value: "num" },
    toY: { value: "50", validate: dialog.check("toY") },
    toYType: { value: "num" },
    duration: { value: "0.5", validate: dialog.check("duration") },
    durationType: { value: "num" },
    steps: { value: "20", validate: dialog.check("steps") },
    stepsType: { value: "num" },
    hold: { value: "0.05", validate: dialog.check("hold") },
    holdType: { value: "num" },
  },
  paletteLabel: unbroken("hid-mouse"),
  label() {
    if (this.name) return this.name;
    const action = dialog.fixed(this, "action");
    return action ? `mouse: ${action.replace("_", " ")}` : "hid-mouse";
  },
  labelStyle,
  outputLabels,
  oneditprepare() {
    dialog.prepare(this, () => {
      const only = dialog.fixed(this, "action");
      row("atX")
        .find("label span")
        .text(words(only === "drag" ? "label.fromX" : "label.atX"));
      row("atY")
        .find("label span")
        .text(words(only === "drag" ? "label.fromY" : "label.atY"));
      hint("atY").toggle(only !== "drag");
    });
  },
});
