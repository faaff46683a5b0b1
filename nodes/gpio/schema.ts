import { BUSY_RETRY } from "../../src/schema/common";
import { choice, flag, fromMsg, seconds, text } from "../../src/schema/field";
import { actionNode } from "../../src/schema/node";

export const schema = actionNode({
  name: "gpio",
  // What a relay lets through may be a host's power.
  deeds: {
    by: "action",
    does: { on: "changes", off: "destroys", toggle: "destroys", pulse: "destroys", read: "reads" },
  },
  fields: {
    action: choice(["on", "off", "toggle", "pulse", "read"], {
      icon: "toggle-on",
      default: fromMsg("payload"),
      synonyms: { true: "on", "1": "on", false: "off", "0": "off" },
    }),
    channel: text({ icon: "plug", default: "", blank: true, suggest: "channels", hint: true }),
    delay: seconds({
      icon: "bell-o",
      max: 3600,
      default: 0,
      hint: true,
      expert: "unless sure",
      when: { action: ["pulse"] },
    }),
    verify: flag({
      icon: "check",
      default: true,
      hint: true,
      expert: "unless sure",
      when: { action: ["on", "off", "toggle"] },
    }),
    timeout: seconds({ icon: "clock-o", min: 0.1, max: 3600, default: 10, expert: true }),
    busyRetry: seconds({
      ...BUSY_RETRY,
      when: { action: ["on", "off", "toggle", "pulse"] },
    }),
  },
});
