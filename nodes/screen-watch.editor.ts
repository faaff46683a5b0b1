import { PICTURE_FORMATS, TEXT_MODES, WATCH_MODES, type ScreenWatchConfig } from "../src/config";
import { checkDevice } from "../src/editor/device-row";
import { hint, row } from "../src/editor/dialog";
import { choice, number, region, seconds, text, type Field, type MayBe } from "../src/editor/fields";
import { labelStyle, unbroken } from "../src/editor/labels";
import { suggestLive } from "../src/editor/live";
import { addRegionButton } from "../src/editor/region-picker";
import { isEnvReference, validator } from "../src/editor/validate";
import { common, wordsOf } from "../src/editor/words";

const words = wordsOf("screen-watch");

const inMode =
  (...modes: ScreenWatchConfig["mode"][]) =>
  (mayBe: MayBe): boolean =>
    mayBe("mode", ...modes);
const onText = inMode("text");
const compares = inMode("changes", "freeze");

type Property = Exclude<keyof ScreenWatchConfig, "name" | "device">;

const FIELDS: Record<Property, Field> = {
  mode: choice(WATCH_MODES),
  rate: number({ min: 0.01, max: 30, used: inMode("frames", "changes", "freeze") }),
  threshold: number({ max: 100, used: compares }),
  freezeTime: seconds({ min: 0.1, max: 86_400, used: inMode("freeze") }),
  text: text({ used: onText }),
  textMode: choice(TEXT_MODES, { used: onText }),
  mistakes: number({
    max: 100,
    whole: true,
    blank: true,
    used: (mayBe) => onText(mayBe) && mayBe("textMode", "tolerant"),
  }),
  region: region({ used: inMode("changes", "freeze", "text") }),
  langs: text({ blank: true, used: onText }),
  interval: seconds({ max: 3600, used: onText }),
  format: choice(PICTURE_FORMATS),
  file: text({ used: (mayBe) => mayBe("format", "file") }),
};
const NAMES = Object.keys(FIELDS) as Property[]; // Object.keys forgets that there are no others

const input = (name: Property): JQuery => $(`#node-input-${name}`);

/** What the node has, or what its open dialog shows. */
const valueOf = (node: object, name: Property): string =>
  input(name).data("node") === node ? String(input(name).val()) : (node as ScreenWatchConfig)[name]; // the node that the property belongs to

const mayBeOf =
  (node: object): MayBe =>
  (name, ...values) =>
    values.includes(valueOf(node, name as Property)); // a field asks for those of this dialog

const check = (name: Property) =>
  validator(
    () => words(`label.${name}`),
    (node, value) => {
      if (!FIELDS[name].used(mayBeOf(node)) || isEnvReference(value)) return undefined;
      return FIELDS[name].problem(value, "str", mayBeOf(node));
    },
  );

function update(node: object): void {
  for (const name of NAMES) row(name).toggle(FIELDS[name].used(mayBeOf(node)));
  hint("mode").html(words(`hint.mode.${valueOf(node, "mode")}`));
}

RED.nodes.registerType<ScreenWatchConfig>("pikvm-screen-watch", {
  category: "PiKVM",
  color: "#7AB8AA",
  icon: "screen-watch.svg",
  inputs: 0,
  outputs: 2,
  defaults: {
    name: { value: "" },
    device: { value: "", type: "pikvm-device", validate: checkDevice },
    mode: { value: "changes" },
    rate: { value: "1", validate: check("rate") },
    threshold: { value: "1", validate: check("threshold") },
    freezeTime: { value: "60", validate: check("freezeTime") },
    text: { value: "login:", validate: check("text") },
    textMode: { value: "plain" },
    mistakes: { value: "", validate: check("mistakes") },
    region: { value: "", validate: check("region") },
    langs: { value: "" },
    interval: { value: "2", validate: check("interval") },
    format: { value: "buffer" },
    file: { value: "", validate: check("file") },
  },
  paletteLabel: unbroken("screen-watch"),
  label() {
    return this.name || `watch: ${this.mode === "text" ? this.text : this.mode}`;
  },
  labelStyle,
  outputLabels: (index: number) => (index === 0 ? words("port.pictures") : common("port.errors")),
  oneditprepare() {
    for (const name of NAMES)
      input(name)
        .data("node", this)
        .on("change", () => update(this));
    const part = input("region");
    addRegionButton(
      part,
      () => String(part.val()),
      (text) => void part.val(text).trigger("change"),
    );
    input("langs").autoComplete({ search: suggestLive("languages"), minLength: 0 });
    update(this);
  },
});
