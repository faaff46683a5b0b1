import { DRIVE_KINDS, MSD_ACTIONS, type MsdMountConfig } from "../src/config";
import { checkDevice } from "../src/editor/device-row";
import { dialogOf } from "../src/editor/dialog";
import { choice, flag, seconds, text, type MayBe } from "../src/editor/fields";
import { labelStyle, outputLabels, unbroken } from "../src/editor/labels";
import { suggestLive } from "../src/editor/live";

const mounts = (mayBe: MayBe): boolean => mayBe("action", "mount", "swap");
const changes = (mayBe: MayBe): boolean => mayBe("action", "mount", "swap", "eject");

const dialog = dialogOf("msd-mount", {
  action: choice(MSD_ACTIONS),
  image: text({ suggest: suggestLive("images"), used: mounts }),
  drive: choice(DRIVE_KINDS, { used: mounts }),
  writable: flag({ used: (mayBe) => mounts(mayBe) && mayBe("drive", "flash") }),
  timeout: seconds({ min: 0.1, max: 3600, used: changes }),
  busyRetry: seconds({ max: 600, used: changes }),
});

RED.nodes.registerType<MsdMountConfig>("pikvm-msd-mount", {
  category: "PiKVM",
  color: "#7AB8AA",
  icon: "msd-mount.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    device: { value: "", type: "pikvm-device", validate: checkDevice },
    deviceFromMsg: { value: false },
    action: { value: "mount", validate: dialog.check("action") },
    actionType: { value: "choice" },
    image: { value: "payload", validate: dialog.check("image") },
    imageType: { value: "msg" },
    drive: { value: "cdrom", validate: dialog.check("drive") },
    driveType: { value: "choice" },
    writable: { value: "false", validate: dialog.check("writable") },
    writableType: { value: "bool" },
    timeout: { value: "10", validate: dialog.check("timeout") },
    timeoutType: { value: "num" },
    busyRetry: { value: "10", validate: dialog.check("busyRetry") },
    busyRetryType: { value: "num" },
  },
  paletteLabel: unbroken("msd-mount"),
  label() {
    if (this.name) return this.name;
    const action = dialog.fixed(this, "action");
    if (action === "mount" || action === "swap") return `${action}: ${dialog.fixed(this, "image") ?? "…"}`;
    return action ? `drive: ${action}` : "msd-mount";
  },
  labelStyle,
  outputLabels,
  oneditprepare() {
    dialog.prepare(this);
  },
  oneditsave() {
    if (dialog.mayBe(this)("drive", "flash")) return;
    // The row is hidden for a CD-ROM, and one that is writable is refused when a message comes.
    const writable = $("#node-input-writable");
    writable.typedInput("type", "bool");
    writable.typedInput("value", "false");
  },
});
