import { actionsBy } from "../../src/actions/action";
import type { Skipped } from "../../src/client";
import { schema } from "./schema";

export const hidKeys = actionsBy(schema, "action", {
  async text({ pikvm, fields, isSecret, signal, progress }) {
    const { text, enter, capsLockOff, keymap, delay, strict } = fields;
    const hidden = isSecret("text");
    const skipped = await pikvm.keyboard.skippedIn(text, { keymap, strict, hidden, signal });
    const onProgress = (done: number, total: number) => progress({ done, total, unit: "characters" });
    const sent = await pikvm.keyboard.typeText(text, { enter, capsLockOff, keymap, delay, signal, onProgress });
    return { typed: sent - (skipped?.length ?? 0), ...resultOf(skipped, hidden) };
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

/** Of a secret only the places are told. */
function resultOf(skipped: readonly Skipped[] | undefined, hidden: boolean): object {
  return skipped ? { skipped: hidden ? skipped.map(({ position }) => ({ position })) : skipped } : {};
}
