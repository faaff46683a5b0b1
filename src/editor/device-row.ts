import { hint, input, showIf } from "./form";
import { isEnvReference, validator } from "./validate";
import { common } from "./words";

/** The editor's own marks, unknown to its types. */
interface ConfigNode {
  valid?: boolean | null;
  /** What is wrong, each with the name of its field. */
  validationErrors?: string[];
}

/** What Node-RED has in the list where no device is chosen: nothing at all where there is none to choose. */
const isNone = (value: string | null): boolean => !value || value === "_ADD_";

const chosenByMessage = (node: object): boolean => {
  const box = input("deviceFromMsg");
  return box.data("node") === node
    ? box.prop("checked") === true
    : (node as { deviceFromMsg?: unknown }).deviceFromMsg === true;
};

/** The validator of `device`: a configured device, unless messages name one. */
export const checkDevice = validator(
  () => common("label.device"),
  (node, value) => {
    if (isNone(value)) return chosenByMessage(node) ? undefined : common("reason.noDevice");
    // Inside a subflow, a device that each instance chooses.
    if (isEnvReference(value)) return undefined;
    const device: ConfigNode | null = RED.nodes.node(value);
    if (!device) return common("reason.deviceGone");
    return device.valid === false ? (device.validationErrors?.[0] ?? common("reason.deviceInvalid")) : undefined;
  },
);

/** Node-RED's buttons beside the list are links that lead nowhere: no key reaches them, and they have no name. */
function prepareButtons(): void {
  for (const [button, key] of [
    ["add", "editor.addNewConfig"],
    ["edit", "editor.editConfig"],
  ] as const)
    $(`#node-input-btn-device-${button}`)
      .attr({ role: "button", tabindex: 0, "aria-label": RED._(key, { type: "PiKVM" }) })
      .on("keydown", function (event) {
        if (event.key === "Enter" || event.key === " ") $(this).trigger("click");
      });
}

/**
 * Prepares the row with the device, and the box that lets messages choose another. The only device is chosen at once;
 * where none is, it says what to do.
 */
export function prepareDevice(node: object): void {
  const list = input("device");
  input("deviceFromMsg")
    .data("node", node)
    .on("change", () => list.trigger("change"));
  prepareButtons();
  const chosen = (): string => String(list.val() ?? "");
  const [device, another] = list
    .find("option")
    .get()
    .map((option) => String($(option).val()))
    .filter((value) => !isNone(value));
  if (isNone(chosen()) && device !== undefined && another === undefined && !chosenByMessage(node)) list.val(device);
  const update = (): void => showIf(hint("device"), isNone(chosen()) && !chosenByMessage(node));
  list.on("change", update);
  update();
}
