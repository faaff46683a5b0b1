import { keyOf, namesIn, shortNameOf } from "../../src/client/vocabulary";
import { actionDialog } from "../../src/editor/action-dialog";
import { wordsOf } from "../../src/editor/words";
import { schema } from "./schema";

const words = wordsOf(schema.name);

const keysProblem = (keys: string): string | undefined => unknownKey(namesIn(keys).find((key) => !keyOf(key)));
const keyProblem = (key: string): string | undefined => unknownKey(keyOf(key) ? undefined : key);
const unknownKey = (key: string | undefined): string | undefined =>
  key === undefined ? undefined : words("reason.key", { key });

/** Keys by their short names, as far as they have any. */
const shortened = (keys: string | undefined): string | undefined =>
  keys &&
  namesIn(keys)
    .map((name) => {
      const key = keyOf(name);
      return key ? shortNameOf(key) : name;
    })
    .join("+");

export const editor = actionDialog(schema, {
  label(given) {
    const action = given.fixed("action");
    if (action === "shortcut") return shortened(given.fixed("keys")) ?? words("flow.shortcut");
    const key = shortened(given.fixed("key")) ?? "…";
    if (action === "key") return words("flow.one", { key });
    if (action === "release") return words("flow.letGo", { key });
    if (action === undefined || action === "text") return action && words("flow.text");
    return words(`action.${action}`);
  },
  problems: { keys: keysProblem, key: keyProblem },
});
