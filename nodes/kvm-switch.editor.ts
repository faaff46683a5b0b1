import { BEACON_PLACES, POWER_ACTIONS, POWER_WAITS, SWITCH_ACTIONS, type KvmSwitchConfig } from "../src/config";
import { checkDevice } from "../src/editor/device-row";
import { dialogOf } from "../src/editor/dialog";
import { choice, number, seconds, text, type MayBe } from "../src/editor/fields";
import { labelStyle, outputLabels, unbroken } from "../src/editor/labels";
import { suggestLive } from "../src/editor/live";
import { powerUse } from "../src/editor/power";

type Use = (mayBe: MayBe) => boolean;

const press = powerUse("power");
const powers: Use = (mayBe) => mayBe("action", "power");
const lights: Use = (mayBe) => mayBe("action", "beacon_on", "beacon_off");
const both =
  (one: Use, other: Use): Use =>
  (mayBe) =>
    one(mayBe) && other(mayBe);
const namesPort: Use = (mayBe) =>
  mayBe("action", "select", "power", "edid_assign") || (lights(mayBe) && mayBe("light", "port"));
const isVerified: Use = (mayBe) => lights(mayBe) || mayBe("action", "select", "edid_assign");

const dialog = dialogOf("kvm-switch", {
  action: choice(SWITCH_ACTIONS),
  light: choice(BEACON_PLACES, { used: lights }),
  unit: number({ min: 1, max: 5, whole: true, used: both(lights, (mayBe) => mayBe("light", "uplink", "downlink")) }),
  edid: text({
    suggest: suggestLive("edids"),
    used: (mayBe) => mayBe("action", "edid_create", "edid_assign", "edid_remove"),
  }),
  data: text({ used: (mayBe) => mayBe("action", "edid_create") }),
  port: text({ suggest: suggestLive("ports"), used: namesPort }),
  power: choice(POWER_ACTIONS, { used: powers }),
  wait: choice(POWER_WAITS, { used: both(powers, press.waits) }),
  timeout: seconds({ min: 0.1, max: 3600, used: (mayBe) => isVerified(mayBe) || both(powers, press.watches)(mayBe) }),
  hardAfter: seconds({ max: 3600, used: both(powers, press.offs) }),
  offTime: seconds({ max: 3600, used: both(powers, press.cycles) }),
  busyRetry: seconds({ max: 600, used: both(powers, press.presses) }),
});

RED.nodes.registerType<KvmSwitchConfig>("pikvm-kvm-switch", {
  category: "PiKVM",
  color: "#7AB8AA",
  icon: "kvm-switch.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    device: { value: "", type: "pikvm-device", validate: checkDevice },
    deviceFromMsg: { value: false },
    action: { value: "select", validate: dialog.check("action") },
    actionType: { value: "choice" },
    light: { value: "port", validate: dialog.check("light") },
    lightType: { value: "choice" },
    unit: { value: "1", validate: dialog.check("unit") },
    unitType: { value: "num" },
    edid: { value: "", validate: dialog.check("edid") },
    edidType: { value: "str" },
    data: { value: "payload", validate: dialog.check("data") },
    dataType: { value: "msg" },
    port: { value: "payload", validate: dialog.check("port") },
    portType: { value: "msg" },
    power: { value: "ensure_on", validate: dialog.check("power") },
    powerType: { value: "choice" },
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
  paletteLabel: unbroken("kvm-switch"),
  label() {
    if (this.name) return this.name;
    const action = dialog.fixed(this, "action");
    const words = [
      action === "power" ? dialog.fixed(this, "power") : action?.replace("_", " "),
      dialog.mayBe(this)("action", "select", "power", "edid_assign") ? dialog.fixed(this, "port") : undefined,
    ].filter((word) => word);
    return words.length > 0 ? `switch: ${words.join(" ")}` : "kvm-switch";
  },
  labelStyle,
  outputLabels,
  oneditprepare() {
    dialog.prepare(this);
  },
});
