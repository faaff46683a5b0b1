import { actionsBy } from "../../src/actions/action";
import { statePath } from "../../src/client";
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
    const { event, text, mode, region, langs, interval, holdFor, next, timeout } = fields;
    const mistakes = mode === "tolerant" ? fields.mistakes : undefined;
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
    return { event, ...(await pikvm.screen.waitForText({ text, mode, mistakes }, options)) };
  },
});
