import { row, showIf } from "./form";

/**
 * Opens the fold of a dialog when something in it is not as in a new node. Called when the dialog is ready: what is not
 * used does not count, nor what every node has that works (`pikvm-usual`).
 * @param changed the inputs of what is not.
 */
export function openFold(changed: JQuery): void {
  const rows = changed.closest(".form-row").filter((_index, row) => $(row).css("display") !== "none");
  rows.not(".pikvm-usual *").closest("details.pikvm-more").prop("open", true);
}

/** Lets the row of a field be moved into the fold and back to its place. */
export function foldable(name: string): (folded: boolean) => void {
  const place = (): JQuery => $("<i>", { hidden: true });
  const fold = row(name).closest(".pikvm-form").children(".pikvm-more");
  const among = place().insertBefore(row(name).first());
  const inFold = place().insertBefore(fold.children(".form-row").first());
  return (folded) => {
    // What moves loses the focus.
    if (row(name).parent().is(fold) !== folded) (folded ? inFold : among).after(row(name));
  };
}

/** A fold without anything to show is no offer. */
export function hideEmptyFold(): void {
  const fold = $(".pikvm-form > details.pikvm-more");
  const rows = fold.children(".form-row").filter((_index, row) => $(row).css("display") !== "none");
  showIf(fold, rows.length > 0);
}
