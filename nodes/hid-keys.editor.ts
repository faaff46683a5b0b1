import { KEY_ACTIONS, SECRET, type HidKeysConfig, type HidKeysCredentials } from "../src/config";
import { checkDevice } from "../src/editor/device-row";
import { dialogOf, row } from "../src/editor/dialog";
import { choice, flag, seconds, text, type MayBe } from "../src/editor/fields";
import { KEYMAPS, KEY_NAMES } from "../src/editor/key-names";
import { labelStyle, outputLabels, unbroken } from "../src/editor/labels";
import { suggestLive } from "../src/editor/live";
import { suggestFrom, suggestLastFrom } from "../src/editor/suggest";
import { wordsOf } from "../src/editor/words";

const words = wordsOf("hid-keys");

/** Between the keys of a shortcut; the runtime takes the same. */
const SEPARATORS = /[\s,+]+/;

function keysProblem(keys: string): string | undefined {
  const unknown = keys.split(SEPARATORS).find((key) => !KEY_NAMES.includes(key));
  return unknown === undefined ? undefined : words("reason.key", { key: unknown });
}

const types = (mayBe: MayBe): boolean => mayBe("action", "text");

const dialog = dialogOf("hid-keys", {
  action: choice(KEY_ACTIONS),
  text: text({ secret: true, used: types }),
  enter: flag({ used: types }),
  capsLockOff: flag({ used: types }),
  keys: text({
    suggest: suggestLastFrom(KEY_NAMES),
    problem: keysProblem,
    used: (mayBe) => mayBe("action", "shortcut"),
  }),
  key: text({
    suggest: suggestFrom(KEY_NAMES),
    problem: keysProblem,
    used: (mayBe) => mayBe("action", "key", "release"),
  }),
  hold: seconds({ max: 600, used: (mayBe) => mayBe("action", "key") }),
  keymap: text({ blank: true, suggest: suggestLive("keymaps", KEYMAPS), used: types }),
  delay: seconds({ max: 5, used: types }),
});

RED.nodes.registerType<HidKeysConfig, HidKeysCredentials>("pikvm-hid-keys", {
  category: "PiKVM",
  color: "#7AB8AA",
  icon: "hid-keys.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    device: { value: "", type: "pikvm-device", validate: checkDevice },
    deviceFromMsg: { value: false },
    action: { value: "text", validate: dialog.check("action") },
    actionType: { value: "choice" },
    text: { value: "payload", validate: dialog.check("text") },
    textType: { value: "msg" },
    enter: { value: "false", validate: dialog.check("enter") },
    enterType: { value: "bool" },
    capsLockOff: { value: "false", validate: dialog.check("capsLockOff") },
    capsLockOffType: { value: "bool" },
    keys: { value: "ControlLeft+AltLeft+Delete", validate: dialog.check("keys") },
    keysType: { value: "str" },
    key: { value: "Enter", validate: dialog.check("key") },
    keyType: { value: "str" },
    hold: { value: "0", validate: dialog.check("hold") },
    holdType: { value: "num" },
    keymap: { value: "", validate: dialog.check("keymap") },
    keymapType: { value: "str" },
    delay: { value: "0", validate: dialog.check("delay") },
    delayType: { value: "num" },
    progress: { value: false },
  },
  credentials: {
    secret: { type: "password" },
  },
  paletteLabel: unbroken("hid-keys"),
  label() {
    if (this.name) return this.name;
    const action = dialog.fixed(this, "action");
    if (action === "shortcut") return dialog.fixed(this, "keys") ?? "keys: shortcut";
    if (action === "key" || action === "release") return `${action}: ${dialog.fixed(this, "key") ?? "…"}`;
    return "hid-keys";
  },
  labelStyle,
  outputLabels,
  oneditprepare() {
    dialog.prepare(this, () => {
      const typing = types(dialog.mayBe(this));
      row("secret").toggle(typing && dialog.typeOf(this, "text") === SECRET);
      row("progress").toggle(typing);
    });
  },
});
