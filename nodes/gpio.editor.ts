import { GPIO_ACTIONS, type GpioConfig } from "../src/config";
import { checkDevice } from "../src/editor/device-row";
import { dialogOf } from "../src/editor/dialog";
import { choice, flag, seconds, text, type MayBe } from "../src/editor/fields";
import { labelStyle, outputLabels } from "../src/editor/labels";
import { suggestLive } from "../src/editor/live";

const switches = (mayBe: MayBe): boolean => mayBe("action", "on", "off", "toggle");
const writes = (mayBe: MayBe): boolean => switches(mayBe) || mayBe("action", "pulse");

const dialog = dialogOf("gpio", {
  action: choice(GPIO_ACTIONS),
  channel: text({ blank: true, suggest: suggestLive("channels") }),
  delay: seconds({ max: 3600, used: (mayBe) => mayBe("action", "pulse") }),
  verify: flag({ used: switches }),
  timeout: seconds({ min: 0.1, max: 3600 }),
  busyRetry: seconds({ max: 600, used: writes }),
});

RED.nodes.registerType<GpioConfig>("pikvm-gpio", {
  category: "PiKVM",
  color: "#7AB8AA",
  icon: "gpio.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    device: { value: "", type: "pikvm-device", validate: checkDevice },
    deviceFromMsg: { value: false },
    action: { value: "payload", validate: dialog.check("action") },
    actionType: { value: "msg" },
    channel: { value: "", validate: dialog.check("channel") },
    channelType: { value: "str" },
    delay: { value: "0", validate: dialog.check("delay") },
    delayType: { value: "num" },
    verify: { value: "true", validate: dialog.check("verify") },
    verifyType: { value: "bool" },
    timeout: { value: "10", validate: dialog.check("timeout") },
    timeoutType: { value: "num" },
    busyRetry: { value: "10", validate: dialog.check("busyRetry") },
    busyRetryType: { value: "num" },
  },
  paletteLabel: "gpio",
  label() {
    if (this.name) return this.name;
    const words = [dialog.fixed(this, "channel"), dialog.fixed(this, "action")].filter((word) => word);
    return words.length > 0 ? `gpio: ${words.join(" ")}` : "gpio";
  },
  labelStyle,
  outputLabels,
  oneditprepare() {
    dialog.prepare(this);
  },
});
