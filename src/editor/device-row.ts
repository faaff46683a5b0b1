import { isEnvReference, validator } from "./validate";
import { common } from "./words";

interface ConfigNode {
  valid?: boolean | null;
}

const chosenByMessage = (node: object): boolean => {
  const box = $("#node-input-deviceFromMsg");
  return box.data("node") === node
    ? box.prop("checked") === true
    : (node as { deviceFromMsg?: unknown }).deviceFromMsg === true;
};

/** The validator of `device`: a configured device, unless messages name one. */
export const checkDevice = validator(
  () => common("label.device"),
  (node, value) => {
    if (value === "" || value === "_ADD_") return chosenByMessage(node) ? undefined : common("reason.noDevice");
    // Inside a subflow, a device that each instance chooses.
    if (isEnvReference(value)) return undefined;
    const device = RED.nodes.node(value) as ConfigNode | null; // `valid` is the editor's own mark, unknown to the types
    if (!device) return common("reason.deviceGone");
    return device.valid === false ? common("reason.deviceInvalid") : undefined;
  },
);

/** Prepares the row with the device and the box that lets messages choose another. */
export function prepareDevice(node: object): void {
  $("#node-input-deviceFromMsg")
    .data("node", node)
    .on("change", () => $("#node-input-device").trigger("change"));
}
