import { TEXT_EVENTS, TEXT_MODES, VALUE_TESTS, WAIT_CONDITIONS, type WaitUntilConfig } from "../src/config";
import { checkDevice } from "../src/editor/device-row";
import { dialogOf } from "../src/editor/dialog";
import { choice, flag, number, region, seconds, text, value, type MayBe } from "../src/editor/fields";
import { labelStyle, outputLabels, unbroken } from "../src/editor/labels";
import { suggestLive } from "../src/editor/live";
import { isPath, suggestPaths } from "../src/editor/paths";
import { wordsOf } from "../src/editor/words";

const words = wordsOf("wait-until");

const onState = (mayBe: MayBe): boolean => mayBe("condition", "state");
const onText = (mayBe: MayBe): boolean => mayBe("condition", "text");

const dialog = dialogOf("wait-until", {
  condition: choice(WAIT_CONDITIONS),
  path: text({
    suggest: suggestPaths(),
    problem: (path) => (isPath(path) ? undefined : words("reason.path")),
    used: onState,
  }),
  test: choice(VALUE_TESTS, { used: onState }),
  value: value({
    numeric: (mayBe) => !mayBe("test", "equals", "not_equals", "matches", "changes"),
    used: (mayBe) => onState(mayBe) && mayBe("test", "equals", "not_equals", "matches", "above", "below"),
  }),
  event: choice(TEXT_EVENTS, { used: onText }),
  text: text({ used: onText }),
  mode: choice(TEXT_MODES, { used: onText }),
  mistakes: number({ max: 100, whole: true, blank: true, used: (mayBe) => onText(mayBe) && mayBe("mode", "tolerant") }),
  region: region({ used: onText }),
  langs: text({ blank: true, suggest: suggestLive("languages"), used: onText }),
  interval: seconds({ max: 3600, used: onText }),
  holdFor: seconds({ max: 86_400 }),
  next: flag(),
  timeout: seconds({ min: 0.1, max: 86_400 }),
});

RED.nodes.registerType<WaitUntilConfig>("pikvm-wait-until", {
  category: "PiKVM",
  color: "#7AB8AA",
  icon: "wait-until.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    device: { value: "", type: "pikvm-device", validate: checkDevice },
    deviceFromMsg: { value: false },
    condition: { value: "state", validate: dialog.check("condition") },
    conditionType: { value: "choice" },
    path: { value: "atx.leds.power", validate: dialog.check("path") },
    pathType: { value: "str" },
    test: { value: "equals", validate: dialog.check("test") },
    testType: { value: "choice" },
    value: { value: "true", validate: dialog.check("value") },
    valueType: { value: "bool" },
    holdFor: { value: "0", validate: dialog.check("holdFor") },
    holdForType: { value: "num" },
    next: { value: "false", validate: dialog.check("next") },
    nextType: { value: "bool" },
    event: { value: "appears", validate: dialog.check("event") },
    eventType: { value: "choice" },
    text: { value: "login:", validate: dialog.check("text") },
    textType: { value: "str" },
    mode: { value: "plain", validate: dialog.check("mode") },
    modeType: { value: "choice" },
    mistakes: { value: "", validate: dialog.check("mistakes") },
    mistakesType: { value: "num" },
    region: { value: "", validate: dialog.check("region") },
    regionType: { value: "str" },
    langs: { value: "", validate: dialog.check("langs") },
    langsType: { value: "str" },
    interval: { value: "2", validate: dialog.check("interval") },
    intervalType: { value: "num" },
    timeout: { value: "300", validate: dialog.check("timeout") },
    timeoutType: { value: "num" },
  },
  paletteLabel: unbroken("wait-until"),
  label() {
    if (this.name) return this.name;
    const condition = dialog.fixed(this, "condition");
    const what = condition && dialog.fixed(this, condition === "text" ? "text" : "path");
    return what ? `wait: ${what}` : "wait-until";
  },
  labelStyle,
  outputLabels,
  oneditprepare() {
    dialog.prepare(this);
  },
});
