import { common } from "./words";

/**
 * Yes or no is a box with a sentence. Its typed input holds the value, and takes the place of the box once somebody
 * wants the value from elsewhere: a message, the flow, an expression.
 */
export function prepareFlag(field: JQuery): void {
  const row = field.closest(".form-row");
  const box = row.find(".pikvm-box > input");
  const update = (): void => {
    if (field.typedInput("type") !== "bool") row.addClass("pikvm-typed");
    box.prop("checked", field.typedInput("value") === "true");
  };
  box.on("change", () => void field.typedInput("value", String(box.prop("checked"))));
  const words = common("button.elsewhere");
  $("<button>", { type: "button", class: "red-ui-button red-ui-button-small", title: words, "aria-label": words })
    .append($("<i>", { class: "fa fa-ellipsis-h" }))
    .appendTo(row.find(".pikvm-box"))
    .on("click", () => {
      row.addClass("pikvm-typed");
      row.find(".red-ui-typedInput-type-select").trigger("focus");
    });
  field.on("change", update);
  update();
}
