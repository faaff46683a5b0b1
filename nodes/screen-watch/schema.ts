import { TEXT_MODES } from "../../src/client/vocabulary";
import { LANGUAGES, MISTAKES } from "../../src/schema/common";
import { choice, names, number, region, seconds, text } from "../../src/schema/field";
import { sourceNode } from "../../src/schema/node";
import { PICTURE_FORMATS } from "../../src/schema/picture-formats";

export const schema = sourceNode({
  name: "screen-watch",
  fields: {
    mode: choice(["frames", "changes", "freeze", "signal", "text"], { icon: "eye", default: "changes", hint: "each" }),
    rate: number({
      icon: "film",
      min: 0.01,
      max: 30,
      unit: "fps",
      default: 1,
      hint: true,
      when: { mode: ["frames", "changes", "freeze"] },
    }),
    threshold: number({
      icon: "sliders",
      min: 0,
      max: 100,
      unit: "percent",
      default: 1,
      hint: true,
      when: { mode: ["changes", "freeze"] },
    }),
    freezeTime: seconds({ icon: "pause", min: 0.1, default: 60, when: { mode: ["freeze"] } }),
    text: text({ icon: "i-cursor", default: "login:", verbatim: true, when: { mode: ["text"] } }),
    textMode: choice(TEXT_MODES, { icon: "search", default: "plain", when: { mode: ["text"] } }),
    mistakes: number({
      ...MISTAKES,
      when: { mode: ["text"], textMode: ["tolerant"] },
    }),
    region: region({ icon: "crop", default: "", hint: true, when: { mode: ["changes", "freeze", "text"] } }),
    langs: names({
      ...LANGUAGES,
      when: { mode: ["text"] },
    }),
    interval: seconds({ icon: "refresh", max: 3600, default: 2, expert: true, when: { mode: ["text"] } }),
    format: choice(PICTURE_FORMATS, { icon: "picture-o", default: "buffer" }),
    file: text({ icon: "file-o", default: "", hint: true, when: { format: ["file"] } }),
  },
});
