import { common } from "./words";

/** The input of a property in the dialog that is open. */
export const input = (name: string): JQuery => $(`#node-input-${name}`);

const rowAlone = (name: string): JQuery => $(`#pikvm-row-${name}`);

/** The hint below a field. */
export const hint = (name: string): JQuery => rowAlone(name).next(".pikvm-hint");

/** The row of the form that a field is in, with the hint below it. */
export const row = (name: string): JQuery => rowAlone(name).add(hint(name));

/**
 * Changes the row of a field outside of the page, and puts it back with what was added beside it. Inside, each look of a
 * widget at its own style makes the browser work out the style of the whole page again.
 */
export function apart(name: string, change: () => void): void {
  const place = $("<i>").insertBefore(rowAlone(name));
  const outside = $("<div>").append(row(name));
  change();
  place.replaceWith(outside.contents());
}

/**
 * Shows a part of the dialog, or hides it. jQuery's own `toggle` looks first how the part is shown, and that makes the
 * browser work out the style of the whole page.
 */
export function showIf(part: JQuery, isShown: boolean): void {
  part.css("display", isShown ? "" : "none");
}

/** @param word one of those for buttons that all dialogs share. */
export const button = (word: string, pressed: () => void): JQuery =>
  $("<button>", { type: "button", class: "red-ui-button" })
    .text(common(`button.${word}`))
    .on("click", pressed);
