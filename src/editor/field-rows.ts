import { input, row, showIf } from "./form";

/**
 * The rows of typed inputs in the dialog that is open. A widget is the dear part of a row: each is made when its row is
 * first to be seen, so that what a dialog does not show does not make it slow to open.
 */
export class FieldRows {
  readonly #make: (name: string) => void;
  readonly #shown = new Map<string, boolean>();
  readonly #made = new Set<string>();

  /** @param make makes the widget of a field. */
  constructor(make: (name: string) => void) {
    this.#make = make;
    $(".pikvm-form > details.pikvm-more").on("toggle", () => {
      for (const [name, isShown] of this.#shown) if (isShown) this.#makeOnce(name);
    });
  }

  show(name: string, isShown: boolean): void {
    showIf(row(name), isShown);
    this.#shown.set(name, isShown);
    if (isShown) this.#makeOnce(name);
  }

  /** Not while its row is folded away. */
  #makeOnce(name: string): void {
    if (this.#made.has(name) || input(name).closest("details.pikvm-more:not([open])").length > 0) return;
    this.#made.add(name);
    this.#make(name);
  }
}
