import { POWER_ACTIONS, POWER_WAITS, type AtxPowerConfig } from "../src/config";
import { checkDevice } from "../src/editor/device-row";
import { dialogOf, hint } from "../src/editor/dialog";
import { choice, seconds } from "../src/editor/fields";
import { labelStyle, outputLabels, unbroken } from "../src/editor/labels";
import { powerUse } from "../src/editor/power";

const use = powerUse("action");

const dialog = dialogOf("atx-power", {
  action: choice(POWER_ACTIONS),
  wait: choice(POWER_WAITS, { used: use.waits }),
  timeout: seconds({ min: 0.1, max: 3600, used: use.watches }),
  hardAfter: seconds({ max: 3600, used: use.offs }),
  offTime: seconds({ max: 3600, used: use.cycles }),
  busyRetry: seconds({ max: 600, used: use.presses }),
});

RED.nodes.registerType<AtxPowerConfig>("pikvm-atx-power", {
  category: "PiKVM",
  color: "#7AB8AA",
  icon: "atx-power.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    device: { value: "", type: "pikvm-device", validate: checkDevice },
    deviceFromMsg: { value: false },
    action: { value: "payload", validate: dialog.check("action") },
    actionType: { value: "msg" },
    wait: { value: "finished", validate: dialog.check("wait") },
    waitType: { value: "choice" },
    timeout: { value: "30", validate: dialog.check("timeout") },
    timeoutType: { value: "num" },
    hardAfter: { value: "0", validate: dialog.check("hardAfter") },
    hardAfterType: { value: "num" },
    offTime: { value: "5", validate: dialog.check("offTime") },
    offTimeType: { value: "num" },
    busyRetry: { value: "10", validate: dialog.check("busyRetry") },
    busyRetryType: { value: "num" },
  },
  paletteLabel: unbroken("atx-power"),
  label() {
    const action = dialog.fixed(this, "action");
    return this.name || (action ? `power: ${action}` : "atx-power");
  },
  labelStyle,
  outputLabels,
  oneditprepare() {
    dialog.prepare(this, () => hint("action").toggle(dialog.fixed(this, "action") === undefined));
  },
});
