import { actionsBy } from "../../src/actions/action";
import type { Skipped } from "../../src/client";
import { schema } from "./schema";

export const hidKeys = actionsBy(schema, "action", {
  async text({ pikvm, fields, isSecret, signal, progress }) {
    const { text, enter, capsLockOff, keymap, delay, fast, hostTimeout, strict } = fields;
    const hidden = isSecret("text");
    const skipped = await pikvm.keyboard.skippedIn(text, { keymap, strict, hidden, signal });
    const onProgress = (done: number, total: number, sent: number) =>
      progress({ done, total, unit: "characters", sent });
    const options = { enter, capsLockOff, keymap, delay, fast, hostTimeout, signal, onProgress };
    const result = await pikvm.keyboard.type(text, options);
    const lost = skipped?.filter(({ position }) => position < result.typed).length ?? 0;
    return { ...result, typed: result.typed - lost, ...resultOf(skipped, hidden) };
  },
  async shortcut({ pikvm, fields: { keys, hostTimeout }, signal }) {
    return { keys: await pikvm.keyboard.shortcut(keys, { hostTimeout, signal }) };
  },
  async key({ pikvm, fields: { key, hold, hostTimeout }, signal }) {
    return { keys: [await pikvm.keyboard.press(key, hold, { hostTimeout, signal })] };
  },
  async release({ pikvm, fields: { key, hostTimeout }, signal }) {
    return { keys: [await pikvm.keyboard.release(key, { hostTimeout, signal })] };
  },
  reset: ({ pikvm, signal }) => done(pikvm.keyboard.reset({ signal })),
  reconnect: ({ pikvm, signal }) => done(pikvm.keyboard.reconnect({ signal })),
  jiggler_on: ({ pikvm, signal }) => done(pikvm.keyboard.setJiggler(true, { signal })),
  jiggler_off: ({ pikvm, signal }) => done(pikvm.keyboard.setJiggler(false, { signal })),
});

/** Of what has no result but that it was done. */
async function done(work: Promise<void>): Promise<object> {
  await work;
  return {};
}

/** Of a secret only the places are told. */
function resultOf(skipped: readonly Skipped[] | undefined, hidden: boolean): object {
  return skipped ? { skipped: hidden ? skipped.map(({ position }) => ({ position })) : skipped } : {};
}
