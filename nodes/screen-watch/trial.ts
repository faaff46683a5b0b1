import { lookForText, trialOf } from "../../src/actions/trial";
import { ConfigurationError } from "../../src/client";
import { patternIn } from "./pattern";
import { schema } from "./schema";

/** Whether the text is shown now. */
export const screenWatchTrial = trialOf(schema, async ({ pikvm, fields, signal }) => {
  if (fields.mode !== "text") throw new ConfigurationError("Only looking for a text can be tried.");
  const { region, langs } = fields;
  const seen = await lookForText(pikvm, patternIn(fields), { region, langs, signal });
  return { ...seen, matches: seen.found !== null };
});
