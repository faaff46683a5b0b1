import { prepareChecks } from "../../src/editor/checks";
import { prepareDeeds } from "../../src/editor/grouped-checks";
import { sourceDialog } from "../../src/editor/source-dialog";
import { wordsOf } from "../../src/editor/words";
import { ENTITIES } from "../../src/schema/entities";
import { DEEDS } from "../deeds";
import { schema } from "./schema";

const words = wordsOf(schema.name);

/** Topics that can be published to. */
const topicProblem = (topic: string): string | undefined =>
  /[+#$\p{Cc}]/u.test(topic) ? words("reason.prefix") : undefined;

export const editor = sourceDialog(schema, {
  label: ({ topic }) => (topic === "" ? undefined : words("flow.to", { topic })),
  output: "outcome",
  boxes: {
    commands: (place, checked) => prepareDeeds(place, DEEDS, checked),
    leftOut: (place, checked) =>
      prepareChecks(place, ENTITIES, checked, { shown: (key) => words(`entity.${key}`), id: String }),
  },
  problems: {
    prefix: ({ prefix }) => topicProblem(prefix),
    topic: ({ topic }) => topicProblem(topic),
    discoveryPrefix: ({ discoveryPrefix }) => topicProblem(discoveryPrefix),
    statusTopic: ({ statusTopic }) => topicProblem(statusTopic),
  },
});
