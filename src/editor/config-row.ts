import { input } from "./form";
import { common } from "./words";

/** The editor's own marks, unknown to its types. */
interface ConfigNode {
  valid?: boolean | null;
  /** What is wrong, each with the name of its field. */
  validationErrors?: string[];
}

/** What Node-RED has in the list where nothing is chosen: nothing at all where there is nothing to choose. */
export const isNone = (value: string | null): boolean => !value || value === "_ADD_";

/** The keys of the reasons, where the usual ones say too little. */
interface Reasons {
  none: string;
  gone: string;
  invalid: string;
}

const USUAL: Reasons = { none: "choose", gone: "gone", invalid: "incomplete" };

/** Why a config node cannot be used, or undefined. */
export function configProblem(id: string, { none, gone, invalid }: Reasons = USUAL): string | undefined {
  if (isNone(id)) return common(`reason.${none}`);
  const node: ConfigNode | null = RED.nodes.node(id);
  if (!node) return common(`reason.${gone}`);
  return node.valid === false ? (node.validationErrors?.[0] ?? common(`reason.${invalid}`)) : undefined;
}

/** Node-RED's buttons beside the list are links that lead nowhere: no key reaches them, and they have no name. */
export function prepareConfigButtons(property: string, type: string): void {
  for (const [button, key] of [
    ["add", "editor.addNewConfig"],
    ["edit", "editor.editConfig"],
  ] as const)
    $(`#node-input-btn-${property}-${button}`)
      .attr({ role: "button", tabindex: 0, "aria-label": RED._(key, { type }) })
      .on("keydown", function (event) {
        if (event.key === "Enter" || event.key === " ") $(this).trigger("click");
      });
}

/** Chooses the only one that there is, where none is chosen. */
export function chooseOnly(property: string): void {
  const list = input(property);
  const [only, another] = list
    .find("option")
    .get()
    .map((option) => String($(option).val()))
    .filter((value) => !isNone(value));
  if (isNone(String(list.val() ?? "")) && only !== undefined && another === undefined) list.val(only);
}
