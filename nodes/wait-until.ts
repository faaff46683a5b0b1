import { statePath } from "../src/client";
import { TEXT_EVENTS, TEXT_MODES, VALUE_TESTS, WAIT_CONDITIONS } from "../src/config";
import { defineAction } from "../src/runtime/action";
import { anything, choice, flag, names, optionalNumber, region, seconds, text } from "../src/runtime/fields";
import { valueTest } from "../src/runtime/value-test";

const condition = choice(WAIT_CONDITIONS);
const test = choice(VALUE_TESTS, { "=": "equals", "==": "equals", "!=": "not_equals", ">": "above", "<": "below" });
const event = choice(TEXT_EVENTS);
const mode = choice(TEXT_MODES);

export = defineAction("pikvm-wait-until", {
  fields: {
    condition,
    path: text(),
    test,
    value: anything(),
    holdFor: seconds(),
    next: flag(),
    event,
    text: text(),
    mode,
    mistakes: optionalNumber({ min: 0, max: 100, whole: true }),
    region: region(),
    langs: names({ optional: true }),
    interval: seconds({ max: 3600 }),
    timeout: seconds({ min: 0.1 }),
  },
  async perform({ pikvm, fields, signal }) {
    const { condition, holdFor, next, timeout } = fields;
    if (condition === "state") {
      const { test } = fields;
      const path = statePath(fields.path);
      const isRight = valueTest(test, test === "changes" ? undefined : fields.value);
      return {
        condition,
        path: path.text,
        ...(await pikvm.watch.until(path, isRight, { timeout, holdFor, next, signal })),
      };
    }
    const { event, mode, region, langs, interval } = fields;
    const mistakes = mode === "tolerant" ? fields.mistakes : undefined;
    const pattern = { text: fields.text, mode, mistakes };
    const options = { gone: event === "disappears", next, region, langs, interval, holdFor, timeout, signal };
    return { condition, event, ...(await pikvm.screen.waitForText(pattern, options)) };
  },
});
