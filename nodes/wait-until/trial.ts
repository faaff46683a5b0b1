import { lookForText, trialOf } from "../../src/actions/trial";
import type { WorkOf } from "../../src/actions/action";
import { statePath } from "../../src/client";
import { patternIn } from "./action";
import { schema } from "./schema";
import { valueTest } from "./value-test";

type WaitWork = WorkOf<typeof schema>;

/** Seconds until a device has told all its states; a slow one takes two. */
const REPORTED = 6;

/** What is read now, and whether a message would travel on. */
export const waitUntilTrial = trialOf(schema, (work) =>
  work.fields.condition === "text" ? tryText(work) : tryState(work),
);

async function tryText({ pikvm, fields, signal }: WaitWork) {
  const { event, noSignal, langs, region } = fields;
  const gone = event === "disappears";
  const options = { langs, region, darkIsEmpty: gone && noSignal, signal };
  const seen = await lookForText(pikvm, patternIn(fields), options);
  return { ...seen, matches: gone === (seen.found === null) };
}

/** Whether a value changes is not known from one: that is `matches: null`. */
async function tryState({ pikvm, fields, signal }: WaitWork) {
  const { path, test } = fields;
  const isRight = test === "changes" ? undefined : valueTest(test, fields.value);
  const { value } = await pikvm.watch.until(statePath(path), () => true, { timeout: REPORTED, signal });
  return { value, matches: isRight?.(value, value) ?? null };
}
