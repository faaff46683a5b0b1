import { prepareChecks } from "../../src/editor/checks";
import { hint, input, showIf } from "../../src/editor/form";
import { prepareDeeds } from "../../src/editor/grouped-checks";
import { sourceDialog } from "../../src/editor/source-dialog";
import { isEnvReference } from "../../src/editor/validate";
import { wordsOf } from "../../src/editor/words";
import { ENTITIES } from "../../src/schema/entities";
import { presenceOf, type Told } from "../../src/schema/presence";
import { isTopic, prefixOf, safeName, topicOf } from "../../src/schema/topics";
import { DEEDS } from "../deeds";
import { schema } from "./schema";

const words = wordsOf(schema.name);

const topicProblem = (topic: string): string | undefined =>
  prefixOf(topic) !== "" && isTopic(topic) ? undefined : words("reason.prefix");

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
    topic: ({ topic }) => (topic === "" || safeName(topic) !== "" ? undefined : words("reason.topic")),
    discoveryPrefix: ({ discoveryPrefix }) => topicProblem(discoveryPrefix),
    statusTopic: ({ statusTopic }) => topicProblem(statusTopic),
  },
  opened: () => void input("topic").add(input("prefix")).on("input", showTopic),
  changed() {
    showTopic();
    // Of a broker that tells already whether Node-RED is there, nothing need be said.
    const matters = input("discovery").add(input("shared")).is(":checked");
    showIf(hint("broker"), matters && !hasPresence(config("broker")));
  },
});

/** Its properties that matter here are texts. */
type ConfigNode = Readonly<Partial<Record<string, string>>>;

/** The config node that is chosen in the dialog, with its properties. */
const config = (property: string): ConfigNode => ({ ...RED.nodes.node(String(input(property).val())) });

/** Shows in the hint where the device will be. */
function showTopic(): void {
  const { name, address, id } = config("device");
  const topic = String(input("topic").val()) || name || address || id || "…";
  const prefix = String(input("prefix").val());
  const isKnown = ![topic, prefix].some(isEnvReference) && safeName(topic) !== "";
  // Its first word of code is an example.
  hint("topic")
    .find("code")
    .first()
    .text(isKnown ? topicOf(prefix, topic) : `${prefixOf(prefix)}/${topic}`);
}

/** Whether a connection tells by itself whether it is there. */
function hasPresence(broker: ConfigNode): boolean {
  const [birth, close, will] = ["birth", "close", "will"].map((message): Told => ({
    topic: broker[`${message}Topic`] ?? "",
    payload: broker[`${message}Payload`] ?? "",
    retain: broker[`${message}Retain`],
  }));
  return presenceOf(birth, close, will) !== undefined;
}
