import { actionsBy } from "../../src/actions/action";
import { schema } from "./schema";

export const hidKeys = actionsBy(schema, "action", {
  async text({ pikvm, fields, signal, progress }) {
    const { text, enter, capsLockOff, keymap, delay, fast, hostTimeout } = fields;
    const onProgress = (done: number, total: number, sent: number) =>
      progress({ done, total, unit: "characters", sent });
    const options = { enter, capsLockOff, keymap, delay, fast, hostTimeout, signal, onProgress };
    return pikvm.keyboard.type(text, options);
  },
  async shortcut({ pikvm, fields: { keys, hostTimeout }, signal }) {
    await pikvm.keyboard.shortcut(keys, { hostTimeout, signal });
    return { keys };
  },
  async key({ pikvm, fields: { key, hold, hostTimeout }, signal }) {
    await pikvm.keyboard.press(key, hold, { hostTimeout, signal });
    return { keys: [key] };
  },
  async release({ pikvm, fields: { key, hostTimeout }, signal }) {
    await pikvm.keyboard.release(key, { hostTimeout, signal });
    return { keys: [key] };
  },
});
