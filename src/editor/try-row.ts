import { button, input, row, showIf } from "./form";
import { showPicture } from "./picture-dialog";
import { tryNow } from "./screen";
import { showTried, type Found } from "./tried";
import { common, wordsOf } from "./words";

/** The values that stand in the form; undefined for one that comes from elsewhere. */
export type Literal = (field: string) => unknown;

/** What is tried. */
interface Tried {
  /** One of `nodes/trials.ts`. */
  node: string;
  /** Those that matter for it. */
  fields: readonly string[];
  /** It is a picture, shown as the node would give it. */
  isPicture?: boolean;
}

/** A row with a button that tries what stands in the form, saved or not, and shows what comes of it. */
class TryRow {
  readonly #button = button("tryIt", () => void this.#press()).attr("id", "pikvm-try");
  readonly #result = $("<div>", { class: "pikvm-tried", role: "status" });
  readonly #row = $("<div>", { class: "form-row pikvm-try" }).append(this.#button);
  #tried: Tried | undefined;
  #values: Record<string, unknown> = {};
  #asking: AbortController | undefined;

  /** @param under the field below which it stands. */
  constructor(under: string) {
    row(under).last().after(this.#row, this.#result);
    input("device").on("change", () => this.#clear());
  }

  /** After each change of the form. @param tried undefined: there is nothing to try. */
  update(literal: Literal, tried: Tried | undefined): void {
    this.#clear();
    this.#tried = tried;
    showIf(this.#row, tried !== undefined);
    if (!tried) return;
    this.#values = Object.fromEntries(tried.fields.map((field) => [field, literal(field)]));
    this.#button.text(common(tried.isPicture ? "button.preview" : "button.tryIt"));
    disableFor(this.#button, tried, literal);
  }

  async #press(): Promise<void> {
    if (!this.#tried || this.#asking) return;
    const { node, isPicture } = this.#tried;
    const ask = (signal: AbortSignal): Promise<Blob> => tryNow(node, this.#values, signal);
    if (isPicture) {
      showPicture(this.#button, { title: common("button.preview"), ask, describe: sizesOf });
      return;
    }
    const asking = (this.#asking = new AbortController());
    this.#result.removeClass("pikvm-warning").text(common("picture.asking"));
    try {
      const found = JSON.parse(await (await ask(asking.signal)).text()) as Found; // as the trials of nodes answer
      if (!asking.signal.aborted) showTried(this.#result, found);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!asking.signal.aborted) this.#result.addClass("pikvm-warning").text(reason);
    }
    if (this.#asking === asking) this.#asking = undefined;
  }

  /** What was found for other values says nothing of these. */
  #clear(): void {
    this.#asking?.abort();
    this.#asking = undefined;
    this.#result.empty();
  }
}

/** For the dialog of a node: `tried` says what its fields make of it. @param under the field below which it stands. */
export function tryRow(under: string, tried: (literal: Literal) => Tried | undefined) {
  let shown: TryRow | undefined;
  return {
    opened: (): void => void (shown = new TryRow(under)),
    changed: ({ literal }: { literal: Literal }): void => shown?.update(literal, tried(literal)),
  };
}

/** Disables a button as long as one of a node's fields comes from elsewhere, and says so. */
export function disableFor(button: JQuery, { node, fields }: Pick<Tried, "node" | "fields">, literal: Literal): void {
  const missing = fields.find((field) => literal(field) === undefined);
  const title = missing === undefined ? "" : common("picture.elsewhere", { field: wordsOf(node)(`label.${missing}`) });
  button.prop("disabled", missing !== undefined).attr("title", title);
}

function sizesOf({ size: bytes }: Blob, { size }: { size: { width: number; height: number } | undefined }): string {
  return `${size?.width} × ${size?.height} ${common("unit.pixels")} · ${Math.max(1, Math.round(bytes / 1000))} kB`;
}
