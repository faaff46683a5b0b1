import { chooseOnly, configProblem, isNone, prepareConfigButtons } from "./config-row";
import { hint, input, showIf } from "./form";
import { isEnvReference, validator } from "./validate";
import { common } from "./words";

const REASONS = { none: "noDevice", gone: "deviceGone", invalid: "deviceInvalid" };

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
    if (isNone(value) && chosenByMessage(node)) return undefined;
    // Inside a subflow, a device that each instance chooses.
    return isEnvReference(value) ? undefined : configProblem(value, REASONS);
  },
);

/**
 * Prepares the row with the device, and the box that lets messages choose another. The only device is chosen at once;
 * where none is, it says what to do.
 */
export function prepareDevice(node: object): void {
  const list = input("device");
  input("deviceFromMsg")
    .data("node", node)
    .on("change", () => list.trigger("change"));
  prepareConfigButtons("device", "PiKVM");
  if (!chosenByMessage(node)) chooseOnly("device");
  const update = (): void => showIf(hint("device"), isNone(String(list.val() ?? "")) && !chosenByMessage(node));
  list.on("change", update);
  update();
}
