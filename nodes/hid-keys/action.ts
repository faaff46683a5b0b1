import { actionsBy } from "../../src/actions/action";
import { schema } from "./schema";

export const hidKeys = actionsBy(schema, "action", {
  async text({ pikvm, fields, signal, progress }) {
    const { text, enter, capsLockOff, keymap, delay } = fields;
    const onProgress = (done: number, total: number) => progress({ done, total, unit: "characters" });
    const options = { enter, capsLockOff, keymap, delay, signal, onProgress };
    return { typed: await pikvm.keyboard.typeText(text, options) };
  },
  async shortcut({ pikvm, fields: { keys }, signal }) {
    await pikvm.hid.sendShortcut(keys, { signal });
    return { keys };
  },
  async key({ pikvm, fields: { key, hold }, signal }) {
    await pikvm.hid.press(key, hold, { signal });
    return { keys: [key] };
  },
  async release({ pikvm, fields: { key }, signal }) {
    await pikvm.hid.sendKey(key, false, { signal });
    return { keys: [key] };
  },
});
