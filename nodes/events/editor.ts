import { isStatePath } from "../../src/client/vocabulary";
import { sourceDialog } from "../../src/editor/source-dialog";
import { wordsOf } from "../../src/editor/words";
import { schema } from "./schema";

const words = wordsOf(schema.name);

const pathProblem = (path: string): string | undefined =>
  path === "" || isStatePath(path) ? undefined : words("reason.path", { path });

export const editor = sourceDialog(schema, {
  label({ mode, properties, kinds }) {
    const [only, another] = mode === "changes" ? properties : kinds;
    return only === undefined || another !== undefined ? undefined : words("flow.only", { path: only });
  },
  output: "events",
  entryProblem: pathProblem,
  problems: {
    properties({ properties, connection }) {
      const unusable = properties.map(pathProblem).find((reason) => reason !== undefined);
      if (unusable !== undefined) return unusable;
      return properties.length === 0 && !connection ? words("reason.nothing") : undefined;
    },
  },
  unread: { idleSeconds: ({ properties }) => !properties.includes("idle") },
});
