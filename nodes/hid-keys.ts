import { KEY_ACTIONS } from "../src/config";
import { defineAction } from "../src/runtime/action";
import { choice, flag, names, seconds, text } from "../src/runtime/fields";

const action = choice(KEY_ACTIONS);

export = defineAction("pikvm-hid-keys", {
  fields: {
    action,
    text: text({ empty: true }),
    enter: flag(),
    capsLockOff: flag(),
    keys: names(),
    key: text(),
    hold: seconds({ max: 600 }),
    keymap: text({ optional: true }),
    delay: seconds({ max: 5 }),
  },
  credentials: { secret: { type: "password" } },
  async perform({ pikvm, fields, signal, progress }) {
    const { action } = fields;
    if (action === "text") {
      const { text, enter, capsLockOff, keymap, delay } = fields;
      const onProgress = (done: number, total: number) => progress({ done, total, unit: "characters" });
      const options = { enter, capsLockOff, keymap, delay, signal, onProgress };
      const typed = await pikvm.keyboard.typeText(text, options);
      return { action, typed };
    }
    if (action === "shortcut") {
      const { keys } = fields;
      await pikvm.hid.sendShortcut(keys, { signal });
      return { action, keys };
    }
    const { key } = fields;
    if (action === "key") await pikvm.hid.press(key, fields.hold, { signal });
    else await pikvm.hid.sendKey(key, false, { signal });
    return { action, keys: [key] };
  },
});
