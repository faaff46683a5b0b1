import { choice, fromMsg, json, number, seconds, text } from "../../src/schema/field";
import { actionNode } from "../../src/schema/node";

export const schema = actionNode({
  name: "hid-macro",
  // A macro may press the power buttons.
  deeds: { by: "source", does: { macro: "destroys", file: "destroys" } },
  fields: {
    source: choice(["macro", "file"], { icon: "play", default: "macro" }),
    macro: json({ icon: "list-ol", default: "", hint: true, when: { source: ["macro"] } }),
    file: text({ icon: "file-o", default: fromMsg("filename"), hint: true, when: { source: ["file"] } }),
    repeat: number({ icon: "repeat", min: 1, max: 10_000, whole: true, default: 1, unit: "times" }),
    speed: number({ icon: "tachometer", min: 0.1, max: 10, default: 1, hint: true }),
    hostTimeout: seconds({ icon: "hourglass-o", max: 86_400, default: 0, hint: true, expert: true }),
  },
  progress: true,
});
