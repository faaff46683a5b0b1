import { LANGUAGES } from "../../src/schema/common";
import { choice, flag, fromMsg, names, number, region, seconds, text } from "../../src/schema/field";
import { actionNode } from "../../src/schema/node";
import { PICTURE_FORMATS } from "../../src/schema/picture-formats";

const PERCENT = { min: 1, max: 100, whole: true, unit: "percent" } as const;

export const schema = actionNode({
  name: "screen",
  deeds: {
    by: "action",
    does: { snapshot: "reads", text: "reads", set: "changes", restart: "changes", state: "reads" },
  },
  fields: {
    action: choice(["snapshot", "text", "set", "restart", "state"], { icon: "camera", default: "snapshot" }),
    format: choice(PICTURE_FORMATS, {
      icon: "picture-o",
      default: "buffer",
      synonyms: { base64: "data_url" },
      when: { action: ["snapshot"] },
    }),
    file: text({
      icon: "file-o",
      default: fromMsg("filename"),
      optional: true,
      hint: true,
      when: { action: ["snapshot"], format: ["file"] },
    }),
    maxWidth: number({
      icon: "arrows-h",
      min: 0,
      max: 10_000,
      whole: true,
      unit: "pixels",
      default: 0,
      hint: true,
      when: { action: ["snapshot"] },
    }),
    jpegQuality: number({
      icon: "sliders",
      ...PERCENT,
      default: 80,
      when: { action: ["snapshot"], maxWidth: { not: "0" } },
    }),
    offline: flag({ icon: "eye-slash", default: false, hint: true, expert: true, when: { action: ["snapshot"] } }),
    region: region({ icon: "crop", default: "", hint: true, when: { action: ["text"] } }),
    langs: names({
      ...LANGUAGES,
      when: { action: ["text"] },
    }),
    timeout: seconds({
      icon: "clock-o",
      min: 0.1,
      max: 3600,
      default: 15,
      expert: true,
      when: { action: ["snapshot", "text"] },
    }),
    quality: number({ icon: "sliders", ...PERCENT, default: "", blank: true, when: { action: ["set"] } }),
    fps: number({
      icon: "film",
      min: 0,
      max: 1000,
      whole: true,
      unit: "fps",
      default: "",
      blank: true,
      when: { action: ["set"] },
    }),
    resolution: text({ icon: "arrows-alt", default: "", blank: true, when: { action: ["set"] } }),
    bitrate: number({
      icon: "tachometer",
      min: 1,
      max: 1_000_000,
      whole: true,
      unit: "bitrate",
      default: "",
      blank: true,
      when: { action: ["set"] },
    }),
    gop: number({
      icon: "th",
      min: 0,
      max: 1000,
      whole: true,
      default: "",
      blank: true,
      hint: true,
      expert: true,
      when: { action: ["set"] },
    }),
  },
});
