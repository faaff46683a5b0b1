import { PICTURE_FORMATS, SCREEN_ACTIONS, type ScreenConfig } from "../src/config";
import { checkDevice } from "../src/editor/device-row";
import { dialogOf } from "../src/editor/dialog";
import { choice, flag, number, region, seconds, text, type MayBe } from "../src/editor/fields";
import { labelStyle, outputLabels } from "../src/editor/labels";
import { suggestLive } from "../src/editor/live";

const takes = (mayBe: MayBe): boolean => mayBe("action", "snapshot");
const shrinks = (mayBe: MayBe): boolean => takes(mayBe) && mayBe("maxWidth", (width) => width !== "0");
const reads = (mayBe: MayBe): boolean => mayBe("action", "text");
const sets = (mayBe: MayBe): boolean => mayBe("action", "set");

const dialog = dialogOf("screen", {
  action: choice(SCREEN_ACTIONS),
  format: choice(PICTURE_FORMATS, { used: takes }),
  file: text({ used: (mayBe) => takes(mayBe) && mayBe("format", "file") }),
  maxWidth: number({ max: 10_000, whole: true, used: takes }),
  jpegQuality: number({ min: 1, max: 100, whole: true, used: shrinks }),
  offline: flag({ used: takes }),
  region: region({ used: reads }),
  langs: text({ blank: true, suggest: suggestLive("languages"), used: reads }),
  timeout: seconds({ min: 0.1, max: 3600, used: (mayBe) => takes(mayBe) || reads(mayBe) }),
  quality: number({ min: 1, max: 100, whole: true, blank: true, used: sets }),
  fps: number({ max: 1000, whole: true, blank: true, used: sets }),
  resolution: text({ blank: true, used: sets }),
  bitrate: number({ min: 1, max: 1_000_000, whole: true, blank: true, used: sets }),
  gop: number({ max: 1000, whole: true, blank: true, used: sets }),
});

RED.nodes.registerType<ScreenConfig>("pikvm-screen", {
  category: "PiKVM",
  color: "#7AB8AA",
  icon: "screen.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    device: { value: "", type: "pikvm-device", validate: checkDevice },
    deviceFromMsg: { value: false },
    action: { value: "snapshot", validate: dialog.check("action") },
    actionType: { value: "choice" },
    format: { value: "buffer", validate: dialog.check("format") },
    formatType: { value: "choice" },
    file: { value: "filename", validate: dialog.check("file") },
    fileType: { value: "msg" },
    maxWidth: { value: "0", validate: dialog.check("maxWidth") },
    maxWidthType: { value: "num" },
    jpegQuality: { value: "80", validate: dialog.check("jpegQuality") },
    jpegQualityType: { value: "num" },
    offline: { value: "false", validate: dialog.check("offline") },
    offlineType: { value: "bool" },
    region: { value: "", validate: dialog.check("region") },
    regionType: { value: "str" },
    langs: { value: "", validate: dialog.check("langs") },
    langsType: { value: "str" },
    timeout: { value: "15", validate: dialog.check("timeout") },
    timeoutType: { value: "num" },
    quality: { value: "", validate: dialog.check("quality") },
    qualityType: { value: "num" },
    fps: { value: "", validate: dialog.check("fps") },
    fpsType: { value: "num" },
    resolution: { value: "", validate: dialog.check("resolution") },
    resolutionType: { value: "str" },
    bitrate: { value: "", validate: dialog.check("bitrate") },
    bitrateType: { value: "num" },
    gop: { value: "", validate: dialog.check("gop") },
    gopType: { value: "num" },
  },
  paletteLabel: "screen",
  label() {
    if (this.name) return this.name;
    const action = dialog.fixed(this, "action");
    return action ? `screen: ${action}` : "screen";
  },
  labelStyle,
  outputLabels,
  oneditprepare() {
    dialog.prepare(this);
  },
});
