import { choice, flag, fromMsg, names, seconds, text } from "../../src/schema/field";
import { actionNode } from "../../src/schema/node";

export const schema = actionNode({
  name: "hid-keys",
  deeds: {
    by: "action",
    does: {
      text: "changes",
      shortcut: "changes",
      key: "changes",
      release: "changes",
      reset: "changes",
      reconnect: "changes",
      jiggler_on: "changes",
      jiggler_off: "changes",
    },
  },
  fields: {
    action: choice(["text", "shortcut", "key", "release", "reset", "reconnect", "jiggler_on", "jiggler_off"], {
      icon: "keyboard-o",
      default: "text",
    }),
    text: text({
      verbatim: true,
      icon: "i-cursor",
      default: fromMsg("payload"),
      empty: true,
      secret: true,
      hint: true,
      when: { action: ["text"] },
    }),
    enter: flag({ icon: "level-down", default: false, when: { action: ["text"] } }),
    capsLockOff: flag({ icon: "font", default: false, hint: true, expert: true, when: { action: ["text"] } }),
    keymap: text({
      icon: "language",
      default: "",
      blank: true,
      suggest: "keymaps",
      hint: true,
      when: { action: ["text"] },
    }),
    strict: flag({
      icon: "exclamation-triangle",
      default: false,
      hint: true,
      expert: true,
      when: { action: ["text"] },
    }),
    keys: names({
      icon: "keyboard-o",
      default: "Ctrl+Alt+Del",
      suggest: "keys",
      hint: true,
      when: { action: ["shortcut"] },
    }),
    key: text({
      icon: "keyboard-o",
      default: "Enter",
      suggest: "key",
      hint: true,
      when: { action: ["key", "release"] },
    }),
    hold: seconds({ icon: "clock-o", max: 600, default: 0, hint: true, when: { action: ["key"] } }),
    delay: seconds({
      icon: "sort-amount-asc",
      max: 5,
      default: 0.02,
      hint: true,
      expert: true,
      when: { action: ["text"] },
    }),
    fast: flag({ icon: "fast-forward", default: false, hint: true, expert: true, when: { action: ["text"] } }),
    hostTimeout: seconds({
      icon: "hourglass-o",
      max: 86_400,
      default: 0,
      hint: true,
      expert: true,
      when: { action: ["text", "shortcut", "key", "release"] },
    }),
  },
  progress: { action: ["text"] },
});
