import { DOWNLOAD_TARGETS, IMAGE_ACTIONS, type MsdImageConfig } from "../src/config";
import { checkDevice } from "../src/editor/device-row";
import { dialogOf, row } from "../src/editor/dialog";
import { choice, flag, seconds, text, type MayBe } from "../src/editor/fields";
import { labelStyle, outputLabels, unbroken } from "../src/editor/labels";
import { suggestLive } from "../src/editor/live";
import { wordsOf } from "../src/editor/words";

const words = wordsOf("msd-image");

const uploads = (mayBe: MayBe): boolean => mayBe("action", "upload");
const fetches = (mayBe: MayBe): boolean => mayBe("action", "fetch");
const stores = (mayBe: MayBe): boolean => mayBe("action", "upload", "fetch");
const removes = (mayBe: MayBe): boolean => mayBe("action", "remove");
const downloads = (mayBe: MayBe): boolean => mayBe("action", "download");
const saves = (mayBe: MayBe): boolean => downloads(mayBe) && mayBe("target", "file");
const takesTime = (mayBe: MayBe): boolean => stores(mayBe) || saves(mayBe);

const urlProblem = (url: string): string | undefined =>
  /^\s*https?:\/\/\S+\s*$/i.test(url) ? undefined : words("reason.url");

const dialog = dialogOf("msd-image", {
  action: choice(IMAGE_ACTIONS),
  source: text({ used: uploads }),
  url: text({ problem: urlProblem, used: fetches }),
  insecure: flag({ used: fetches }),
  storeAs: text({ blank: true, used: stores }),
  image: text({ suggest: suggestLive("images"), used: (mayBe) => downloads(mayBe) || removes(mayBe) }),
  target: choice(DOWNLOAD_TARGETS, { used: downloads }),
  file: text({ used: saves }),
  replace: flag({ used: takesTime }),
  sha256: flag({ used: uploads }),
  eject: flag({ used: removes }),
  busyRetry: seconds({ max: 600, used: (mayBe) => mayBe("action", "upload", "fetch", "download", "remove") }),
});

RED.nodes.registerType<MsdImageConfig>("pikvm-msd-image", {
  category: "PiKVM",
  color: "#7AB8AA",
  icon: "msd-image.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    device: { value: "", type: "pikvm-device", validate: checkDevice },
    deviceFromMsg: { value: false },
    action: { value: "upload", validate: dialog.check("action") },
    actionType: { value: "choice" },
    source: { value: "payload", validate: dialog.check("source") },
    sourceType: { value: "msg" },
    url: { value: "payload", validate: dialog.check("url") },
    urlType: { value: "msg" },
    insecure: { value: "false", validate: dialog.check("insecure") },
    insecureType: { value: "bool" },
    storeAs: { value: "", validate: dialog.check("storeAs") },
    storeAsType: { value: "str" },
    image: { value: "payload", validate: dialog.check("image") },
    imageType: { value: "msg" },
    target: { value: "file", validate: dialog.check("target") },
    targetType: { value: "choice" },
    file: { value: "filename", validate: dialog.check("file") },
    fileType: { value: "msg" },
    replace: { value: "false", validate: dialog.check("replace") },
    replaceType: { value: "bool" },
    sha256: { value: "false", validate: dialog.check("sha256") },
    sha256Type: { value: "bool" },
    eject: { value: "false", validate: dialog.check("eject") },
    ejectType: { value: "bool" },
    busyRetry: { value: "10", validate: dialog.check("busyRetry") },
    busyRetryType: { value: "num" },
    progress: { value: false },
  },
  paletteLabel: unbroken("msd-image"),
  label() {
    if (this.name) return this.name;
    const action = dialog.fixed(this, "action");
    return action ? `image: ${action}` : "msd-image";
  },
  labelStyle,
  outputLabels,
  oneditprepare() {
    dialog.prepare(this, () => {
      row("progress").toggle(takesTime(dialog.mayBe(this)));
    });
  },
});
