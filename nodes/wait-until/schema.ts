import { TEXT_MODES } from "../../src/client/vocabulary";
import { LANGUAGES, MISTAKES } from "../../src/schema/common";
import { choice, flag, names, number, region, seconds, text, value } from "../../src/schema/field";
import { actionNode } from "../../src/schema/node";

export const schema = actionNode({
  name: "wait-until",
  deeds: { by: "condition", does: { state: "reads", text: "reads" } },
  fields: {
    condition: choice(["state", "text"], { icon: "hourglass-half", default: "state" }),
    path: text({
      icon: "sitemap",
      default: "atx.leds.power",
      suggest: "paths",
      hint: true,
      when: { condition: ["state"] },
    }),
    test: choice(["equals", "not_equals", "matches", "above", "below", "changes"], {
      icon: "balance-scale",
      default: "equals",
      synonyms: { "=": "equals", "==": "equals", "!=": "not_equals", ">": "above", "<": "below" },
      when: { condition: ["state"] },
    }),
    value: value({
      verbatim: true,
      icon: "bullseye",
      default: true,
      textual: { test: ["equals", "not_equals", "matches", "changes"] },
      when: { condition: ["state"], test: ["equals", "not_equals", "matches", "above", "below"] },
    }),
    event: choice(["appears", "disappears"], { icon: "eye", default: "appears", when: { condition: ["text"] } }),
    noSignal: flag({
      icon: "eye-slash",
      default: false,
      hint: true,
      when: { condition: ["text"], event: ["disappears"] },
    }),
    text: text({ icon: "i-cursor", default: "login:", verbatim: true, hint: true, when: { condition: ["text"] } }),
    mode: choice(TEXT_MODES, { icon: "search", default: "plain", when: { condition: ["text"] } }),
    mistakes: number({
      ...MISTAKES,
      when: { condition: ["text"], mode: ["tolerant"] },
    }),
    region: region({ icon: "crop", default: "", hint: true, when: { condition: ["text"] } }),
    langs: names({
      ...LANGUAGES,
      when: { condition: ["text"] },
    }),
    interval: seconds({ icon: "refresh", max: 3600, default: 2, expert: true, when: { condition: ["text"] } }),
    holdFor: seconds({ icon: "pause", default: 0 }),
    next: flag({ icon: "step-forward", default: false, hint: true, expert: true }),
    timeout: seconds({ icon: "clock-o", min: 0.1, default: 300 }),
  },
});
