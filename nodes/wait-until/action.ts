import { actionsBy, type WorkOf } from "../../src/actions/action";
import { statePath, type TextPattern } from "../../src/client";
import { schema } from "./schema";
import { valueTest } from "./value-test";

export const waitUntil = actionsBy(schema, "condition", {
  async state({ pikvm, fields, signal }) {
    const { test, holdFor, next, timeout } = fields;
    const path = statePath(fields.path);
    const isRight = valueTest(test, test === "changes" ? undefined : fields.value);
    return { path: path.text, ...(await pikvm.watch.until(path, isRight, { timeout, holdFor, next, signal })) };
  },
  async text({ pikvm, fields, signal }) {
    const { event, region, langs, interval, holdFor, next, timeout } = fields;
    const options = {
      gone: event === "disappears",
      darkIsGone: fields.noSignal,
      next,
      region,
      langs,
      interval,
      holdFor,
      timeout,
      signal,
    };
    return { event, ...(await pikvm.screen.waitForText(patternIn(fields), options)) };
  },
});

/** What is looked for on the screen. */
export function patternIn(fields: WorkOf<typeof schema>["fields"]): TextPattern {
  const { text, mode } = fields;
  return { text, mode, mistakes: mode === "tolerant" ? fields.mistakes : undefined };
}
