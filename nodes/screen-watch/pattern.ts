import type { WorkOf } from "../../src/actions/action";
import type { TextPattern } from "../../src/client";
import type { schema } from "./schema";

/** What is looked for on the screen. */
export function patternIn(fields: WorkOf<typeof schema>["fields"]): TextPattern {
  const { text, textMode: mode } = fields;
  return { text, mode, mistakes: mode === "tolerant" ? fields.mistakes : undefined };
}
