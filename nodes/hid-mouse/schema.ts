import { MOUSE_BUTTONS, POINT_UNITS } from "../../src/client/vocabulary";
import { choice, fromMsg, number, seconds } from "../../src/schema/field";
import { actionNode } from "../../src/schema/node";

const ANYWHERE = { min: -100_000, max: 100_000 } as const;

export const schema = actionNode({
  name: "hid-mouse",
  deeds: {
    by: "action",
    does: {
      move: "changes",
      click: "changes",
      double_click: "changes",
      press: "changes",
      release: "changes",
      drag: "changes",
      scroll: "changes",
      push: "changes",
    },
  },
  fields: {
    action: choice(["move", "click", "double_click", "press", "release", "drag", "scroll", "push"], {
      icon: "mouse-pointer",
      default: "click",
      synonyms: { double: "double_click", doubleclick: "double_click", wheel: "scroll" },
    }),
    button: choice(MOUSE_BUTTONS, {
      icon: "hand-pointer-o",
      default: "left",
      synonyms: { back: "up", forward: "down" },
      when: { action: ["drag", "click", "double_click", "press", "release"] },
    }),
    unit: choice(POINT_UNITS, {
      icon: "arrows",
      default: "percent",
      synonyms: { "%": "percent", px: "pixels" },
      hint: true,
      when: { action: ["move", "drag", "click", "double_click", "press", "release"] },
    }),
    atX: number({ icon: "arrows-h", ...ANYWHERE, default: fromMsg("payload.x"), blank: true }),
    atY: number({ icon: "arrows-v", ...ANYWHERE, default: fromMsg("payload.y"), blank: true, hint: true }),
    toX: number({ icon: "arrows-h", ...ANYWHERE, default: 50, optional: true, when: { action: ["drag"] } }),
    toY: number({ icon: "arrows-v", ...ANYWHERE, default: 50, optional: true, when: { action: ["drag"] } }),
    duration: seconds({ icon: "clock-o", max: 600, default: 0.5, when: { action: ["drag"] } }),
    steps: number({
      icon: "ellipsis-h",
      min: 1,
      max: 1000,
      whole: true,
      default: 20,
      blank: true,
      hint: true,
      expert: true,
      when: { action: ["drag"] },
    }),
    hold: seconds({
      icon: "hand-paper-o",
      max: 600,
      default: 0.05,
      expert: true,
      when: { action: ["click", "double_click"] },
    }),
    hostTimeout: seconds({ icon: "hourglass-o", max: 86_400, default: 0, hint: true, expert: true }),
  },
});
