import { ANSWER_FORMATS, CHANGING_METHODS, METHODS } from "../../src/client/vocabulary";
import { anything, choice, flag, fromMsg, query, seconds, text } from "../../src/schema/field";
import { actionNode } from "../../src/schema/node";

/** Nothing is known of what a call does but that it changes something. */
const ANYTHING = {
  by: "method",
  does: { GET: "reads", POST: "destroys", PATCH: "destroys", DELETE: "destroys" },
} as const;

export const schema = actionNode({
  name: "request",
  deeds: {
    by: "call",
    does: { custom: ANYTHING, info: "reads", log: "reads", metrics: "reads", redfish: "reads" },
  },
  fields: {
    call: choice(["custom", "info", "log", "metrics", "redfish"], { icon: "exchange", default: "info" }),
    method: choice(METHODS, { icon: "arrow-right", default: "GET", when: { call: ["custom"] } }),
    path: text({ icon: "link", default: "/api/info", hint: true, when: { call: ["custom"] } }),
    query: query({ icon: "question", default: "", hint: true }),
    body: anything({
      verbatim: true,
      icon: "file-text-o",
      default: fromMsg("payload"),
      blank: true,
      hint: true,
      when: { call: ["custom"], method: CHANGING_METHODS },
    }),
    format: choice(ANSWER_FORMATS, { icon: "arrow-left", default: "json", when: { call: ["custom"] } }),
    timeout: seconds({ icon: "clock-o", min: 0.1, max: 3600, default: 30, expert: true }),
    retryLogin: flag({
      icon: "unlock-alt",
      default: fromMsg("pikvm-login"),
      optional: true,
      hint: true,
      expert: true,
    }),
  },
});
