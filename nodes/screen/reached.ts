import type { Reached } from "../../src/runtime/look";
import type { schema } from "./schema";

const WORDS: Record<(typeof schema)["fields"]["action"]["choices"][number], string> = {
  snapshot: "picture",
  text: "text_read",
  set: "set",
  restart: "restarted",
  state: "read",
};

export const reached = ({ action, online }: { action: keyof typeof WORDS; online?: boolean }): Reached => ({
  words: online === false ? "no_signal" : WORDS[action],
});
