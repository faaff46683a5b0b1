import { STATE_KINDS } from "../../src/client/vocabulary";
import { checks, choice, flag, list, seconds } from "../../src/schema/field";
import { sourceNode } from "../../src/schema/node";

export const schema = sourceNode({
  name: "events",
  fields: {
    mode: choice(["changes", "state", "raw"], { icon: "filter", default: "changes", hint: "each" }),
    properties: list({
      icon: "list",
      default: ["atx.leds.power"],
      suggest: "watched paths",
      hint: true,
      when: { mode: ["changes"] },
    }),
    idleSeconds: seconds({ icon: "clock-o", min: 1, default: 300, hint: true, when: { mode: ["changes"] } }),
    kinds: checks(STATE_KINDS, { icon: "check-square-o", default: [], hint: true, when: { mode: ["state", "raw"] } }),
    connection: flag({ icon: "plug", default: true }),
  },
});
