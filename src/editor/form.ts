import { common } from "./words";

/** The input of a property in the dialog that is open. */
export const input = (name: string): JQuery => $(`#node-input-${name}`);

const rowAlone = (name: string): JQuery => $(`#pikvm-row-${name}`);

/** The hint below a field. */
export const hint = (name: string): JQuery => rowAlone(name).next(".pikvm-hint");

/** The row of the form that a field is in, with the hint below it. */
export const row = (name: string): JQuery => rowAlone(name).add(hint(name));

/** @param word one of those for buttons that all dialogs share. */
export const button = (word: string, pressed: () => void): JQuery =>
  $("<button>", { type: "button", class: "red-ui-button" })
    .text(common(`button.${word}`))
    .on("click", pressed);
