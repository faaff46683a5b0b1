import { common } from "./words";

/**
 * Gives the parts of a typed input the name of its field, for people who hear the dialog: the label of the row belongs
 * to the input that Node-RED has put them in place of.
 */
export function nameWidget(input: JQuery, label: string): void {
  const widget = input.next(".red-ui-typedInput-container");
  widget.find("input.red-ui-typedInput-input").attr("aria-label", label);
  widget.find(".red-ui-typedInput-option-expand").attr("aria-label", common("button.edit", { label }));
}
