import { keyOf, namesIn } from "../../src/client/vocabulary";
import { actionDialog } from "../../src/editor/action-dialog";
import { wordsOf } from "../../src/editor/words";
import { schema } from "./schema";

const words = wordsOf(schema.name);

const keysProblem = (keys: string): string | undefined => unknownKey(namesIn(keys).find((key) => !keyOf(key)));
const keyProblem = (key: string): string | undefined => unknownKey(keyOf(key) ? undefined : key);
const unknownKey = (key: string | undefined): string | undefined =>
  key === undefined ? undefined : words("reason.key", { key });

export const editor = actionDialog(schema, {
  label(given) {
    const action = given.fixed("action");
    if (action === "shortcut") return given.fixed("keys") ?? "keys: shortcut";
    if (action === "key" || action === "release") return `${action}: ${given.fixed("key") ?? "…"}`;
    return action && words("flow.text");
  },
  problems: { keys: keysProblem, key: keyProblem },
});
