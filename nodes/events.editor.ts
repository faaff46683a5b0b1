import { STATE_KINDS, type EventsConfig } from "../src/config";
import { checkDevice } from "../src/editor/device-row";
import { checkedIn, prepareChecks } from "../src/editor/checks";
import { labelStyle } from "../src/editor/labels";
import { preparePaths, pathsIn } from "../src/editor/path-list";
import { isPath, suggestPaths, WELL_KNOWN } from "../src/editor/paths";
import { rangeProblem, validator } from "../src/editor/validate";
import { common, wordsOf } from "../src/editor/words";

const words = wordsOf("events");

const pathProblem = (path: string): string | undefined =>
  path === "" || isPath(path) ? undefined : words("reason.path", { path });

const checkProperties = validator(
  () => words("label.properties"),
  (node) => {
    const { mode, connection, properties } = node as EventsConfig; // the node that the property belongs to
    if (mode !== "changes") return undefined;
    const unusable = properties.map(pathProblem).find((reason) => reason !== undefined);
    if (unusable !== undefined) return unusable;
    return properties.length === 0 && !connection ? words("reason.nothing") : undefined;
  },
);

const checkIdle = validator(
  () => words("label.idleSeconds"),
  (node, seconds) => {
    const { mode, properties } = node as EventsConfig; // as above
    if (mode !== "changes" || !properties.includes("idle")) return undefined;
    const problem = rangeProblem(seconds, { min: 1, max: 86_400 });
    return problem && common(problem.key, problem.values);
  },
);

function prepareMode(): void {
  $("#node-input-mode").on("change", function () {
    const mode = String($(this).val());
    $("#pikvm-mode-hint").html(words(`hint.mode.${mode}`));
    showWithHint("#pikvm-properties-row", mode === "changes");
    showWithHint("#pikvm-idle-row", mode === "changes");
    showWithHint("#pikvm-kinds-row", mode !== "changes");
  });
}

const showWithHint = (selector: string, shown: boolean): void => {
  $(selector).add($(selector).next(".pikvm-hint")).toggle(shown);
};

RED.nodes.registerType<EventsConfig>("pikvm-events", {
  category: "PiKVM",
  color: "#7AB8AA",
  icon: "events.svg",
  inputs: 0,
  outputs: 2,
  defaults: {
    name: { value: "" },
    device: { value: "", type: "pikvm-device", validate: checkDevice },
    mode: { value: "changes" },
    kinds: { value: [] },
    properties: { value: ["atx.leds.power"], validate: checkProperties },
    idleSeconds: { value: "300", validate: checkIdle },
    connection: { value: true },
  },
  paletteLabel: "events",
  label() {
    if (this.name) return this.name;
    const chosen = this.mode === "changes" ? this.properties : this.kinds;
    return chosen.length === 1 ? `events: ${String(chosen[0])}` : "events";
  },
  labelStyle,
  outputLabels: (index: number) => (index === 0 ? words("port.events") : common("port.errors")),
  oneditprepare() {
    prepareChecks($("#pikvm-kinds"), STATE_KINDS, this.kinds);
    preparePaths($("#pikvm-properties"), this.properties, {
      placeholder: "atx.leds.power",
      suggest: suggestPaths({ ...WELL_KNOWN, idle: "idle" }),
      problem: pathProblem,
    });
    prepareMode();
  },
  oneditsave() {
    this.kinds = checkedIn($("#pikvm-kinds"));
    this.properties = pathsIn($("#pikvm-properties"));
  },
});
