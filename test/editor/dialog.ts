import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import type { Editor } from "./editor";

/** Runs in the page. */
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
type Axe = Pick<typeof import("axe-core"), "run">;

/** A field of a dialog by the name of its property. `type`: where a typed input takes its value from. */
export interface Setting {
  field: string;
  value: string | boolean;
  type?: string;
}

/** Whether something is to be seen soon. */
export const appears = (locator: Locator): Promise<boolean> =>
  locator.waitFor({ timeout: 5000 }).then(
    () => true,
    () => false,
  );

/** A tray that is open in the editor: the dialog of a node, or of a config node. */
export class Dialog {
  readonly #page: Page;
  readonly #prefix: "node-input" | "node-config-input";

  private constructor(page: Page, prefix: "node-input" | "node-config-input") {
    this.#page = page;
    this.#prefix = prefix;
  }

  static async ofNode(editor: Editor, id: string): Promise<Dialog> {
    // A busy computer may tear a double click apart, and another one would close what opens late.
    await editor.page.evaluate((id) => RED.editor.edit(RED.nodes.node(id)), id);
    return Dialog.#ready(editor.page, "node-input");
  }

  static async ofConfig(editor: Editor, type: string, id: string): Promise<Dialog> {
    await editor.page.evaluate(([type, id]) => RED.editor.editConfig("", type, id), [type, id] as const);
    return Dialog.#ready(editor.page, "node-config-input");
  }

  static async #ready(page: Page, prefix: "node-input" | "node-config-input"): Promise<Dialog> {
    // Node-RED raises what has slid in over the rest of the page.
    await page.waitForFunction(
      (name) => $("#red-ui-editor-stack")[0]?.style.zIndex === "13" && $(name).is(":visible"),
      `#${prefix}-name`,
    );
    return new Dialog(page, prefix);
  }

  /** Opens the dialog of a new config node by the + beside the field. */
  async add(field: string): Promise<Dialog> {
    await this.#page.locator(`#${this.#prefix}-btn-${field}-add`).click();
    return Dialog.#ready(this.#page, "node-config-input");
  }

  get tray(): Locator {
    return this.#page.locator(".red-ui-tray").last();
  }

  field(name: string): Locator {
    return this.#page.locator(`#${this.#prefix}-${name}`);
  }

  /** The place of a typed input where its value is typed. */
  textOf(name: string): Locator {
    return this.#widget(name).locator("input.red-ui-typedInput-input");
  }

  /** The labels of the rows with fields that are shown. */
  async visibleRows(): Promise<string[]> {
    const labels = await this.tray.locator(".form-row:not(.pikvm-check):visible > label").allInnerTexts();
    return labels.map((label) => label.trim());
  }

  async set({ field, value, type }: Setting): Promise<void> {
    const input = this.field(field);
    await this.unfold(field);
    if (typeof value === "boolean") return input.setChecked(value);
    if (type !== undefined) return this.#setTyped(field, type, value);
    if ((await input.evaluate((element) => element.nodeName)) === "SELECT") {
      await input.selectOption(value);
      return;
    }
    await input.fill(value);
    await input.blur();
  }

  /** Shows what may be folded. */
  async unfold(field: string): Promise<void> {
    const closed = this.tray.locator(`details:not([open]):has(#${this.#prefix}-${field}) > summary`);
    if ((await closed.count()) > 0) await closed.click();
  }

  async unfoldAll(): Promise<void> {
    // The last one first: one that is open is not among them any more.
    const folds = await this.tray.locator("details:not([open]) > summary:visible").all();
    for (const fold of folds.reverse()) await fold.click();
    // What it rests on would tell its reason.
    await this.#page.mouse.move(0, 0);
  }

  /** Which of these are under "More", and that is closed. */
  folded(fields: readonly string[]): Promise<string[]> {
    return this.#page.evaluate(
      ([prefix, fields]) =>
        fields.filter((field) => $(`#${prefix}-${field}`).closest(".pikvm-more:not([open])").length > 0),
      [this.#prefix, fields] as const,
    );
  }

  async #setTyped(field: string, type: string, value: string): Promise<void> {
    const input = this.#page.locator(`#${this.#prefix}-${field}.red-ui-typedInput`);
    const isTyped = await input.evaluate(
      (element, [type, value]) => {
        const input = $(element);
        input.typedInput("type", type);
        const isTyped = input.next().find("input.red-ui-typedInput-input").is(":visible");
        if (!isTyped) input.typedInput("value", value);
        return isTyped;
      },
      [type, value] as const,
    );
    if (!isTyped) return;
    const text = this.textOf(field);
    await text.fill(value);
    await text.blur();
  }

  /** Which of these are shown as typed inputs. */
  typed(fields: readonly string[]): Promise<string[]> {
    return this.#page.evaluate(
      ([prefix, fields]) =>
        fields.filter((field) => $(`#${prefix}-${field} + .red-ui-typedInput-container`).is(":visible")),
      [this.#prefix, fields] as const,
    );
  }

  /** What the dialog shows in each of these fields. */
  shown(fields: readonly Pick<Setting, "field" | "type">[]): Promise<Record<string, unknown>> {
    const asked = fields.map(({ field, type }) => ({ field, typed: type !== undefined }));
    return this.#page.evaluate(
      ([prefix, asked]) =>
        Object.fromEntries(
          asked.map(({ field, typed }) => {
            const input = $(`#${prefix}-${field}`);
            return [field, typed ? input.val() : input.is(":checkbox") ? input.is(":checked") : input.val()];
          }),
        ),
      [this.#prefix, asked] as const,
    );
  }

  /** What reaches over the right edge of the tray. */
  cutOff(): Promise<string[]> {
    return this.tray.locator(".pikvm-form *:visible").evaluateAll((elements) => {
      const right = elements[0]?.closest(".red-ui-tray-body-wrapper")?.getBoundingClientRect().right ?? 0;
      return elements
        .filter((element) => element.getBoundingClientRect().right > right)
        .map((element) => `${element.tagName} ${element.id}`);
    });
  }

  /** Which of these the lists of the dialog would show only in part. */
  cutChoices(choices: readonly string[]): Promise<string[]> {
    const row = this.tray.locator(".pikvm-choice:visible").first();
    return row.evaluate((row, choices) => {
      const list = row.querySelector("select");
      const field = $(row).find("input.red-ui-typedInput");
      if (!list) field.typedInput("type", "choice");
      const label = row.querySelector(".red-ui-typedInput-option-label");
      const [chosen, own, shown] = [list?.value, [...(list?.children ?? [])], label?.textContent];
      /** How much room there is, and how much is wanted. */
      const widths = (choice: string): [number, number] => {
        if (label) label.textContent = choice;
        if (!list) return [label?.clientWidth ?? 0, label?.scrollWidth ?? 1];
        list.replaceChildren(new Option(choice));
        const alone = list.cloneNode(true) as HTMLSelectElement; // of a list
        alone.style.cssText = "position: absolute; width: max-content; max-width: none";
        list.after(alone);
        const wanted = alone.offsetWidth;
        alone.remove();
        return [list.offsetWidth, wanted];
      };
      const cut = choices.filter((choice) => {
        const [room, wanted] = widths(choice);
        return wanted > room;
      });
      if (label) label.textContent = shown ?? "";
      list?.replaceChildren(...own);
      if (list) list.value = chosen ?? "";
      return cut;
    }, choices);
  }

  /** The same of what stands in inputs while they are empty. @param placeholders each in every language. */
  cutPlaceholders(placeholders: readonly (readonly string[])[]): Promise<string[]> {
    return this.tray.locator("input[placeholder]:visible").evaluateAll((inputs, placeholders) => {
      const pen = document.createElement("canvas").getContext("2d");
      return inputs.flatMap((input) => {
        const { font, paddingLeft, paddingRight } = getComputedStyle(input);
        const room = input.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
        const words = placeholders.find((all) => all.includes(input.getAttribute("placeholder") ?? "")) ?? [];
        if (pen) pen.font = font;
        return words.filter((word) => (pen?.measureText(word).width ?? Infinity) > room);
      });
    }, placeholders);
  }

  /** How far the colours of what is chosen stand out from what is behind: 1 (not at all) to 21 (black on white). */
  contrasts(selector: string): Promise<number[]> {
    return this.tray.locator(selector).evaluateAll((elements) => {
      const rgb = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
      const luminance = (color: string) => {
        const [red = 0, green = 0, blue = 0] = rgb(color).map((value) => {
          const part = value / 255;
          return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      };
      const behind = (element: Element | null): string => {
        const color = element ? getComputedStyle(element).backgroundColor : "rgb(255, 255, 255)";
        return rgb(color)[3] === 0 ? behind(element?.parentElement ?? null) : color;
      };
      return elements.map((element) => {
        const [light = 0, dark = 0] = [getComputedStyle(element).color, behind(element)]
          .map(luminance)
          .sort((a, b) => b - a);
        return (light + 0.05) / (dark + 0.05);
      });
    });
  }

  /**
   * What keeps people from using what is shown, as axe-core finds it: what is serious or critical.
   * @param part what is looked at, which may stand outside of the tray.
   */
  async barriers(part = ".pikvm-form"): Promise<string[]> {
    if (!(await this.#page.evaluate(() => "axe" in globalThis))) await this.#page.evaluate(AXE);
    return this.#page
      .locator(part)
      .last()
      .evaluate(async (form) => {
        const { axe } = globalThis as unknown as { axe: Axe }; // which has just been put there
        const { violations } = await axe.run(form, { resultTypes: ["violations"] });
        const severe = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        return severe.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
      });
  }

  /** Which of these fields are marked as wrong. */
  marked(fields: readonly string[]): Promise<string[]> {
    return this.#page.evaluate(
      ([prefix, fields]) =>
        fields.filter((field) => {
          const input = $(`#${prefix}-${field}`);
          const widget = input.next(".red-ui-typedInput-container");
          return (widget.length > 0 ? widget : input).hasClass("input-error");
        }),
      [this.#prefix, fields] as const,
    );
  }

  /**
   * The same as setting each of these, in the page itself: after a hand has done so once, each of many costs little.
   * What is folded must be open.
   */
  async enter(settings: readonly Setting[]): Promise<void> {
    await this.#page.evaluate(
      ([prefix, settings]) => {
        for (const { field, value, type } of settings) {
          const input = $(`#${prefix}-${field}`);
          if (typeof value === "boolean") input.prop("checked", value).trigger("change");
          else if (type === undefined) input.val(value).trigger("change");
          else {
            input.typedInput("type", type);
            input.typedInput("value", value);
          }
        }
      },
      [this.#prefix, settings] as const,
    );
  }

  /** The reason that appears where the pointer rests on the field, as `enter` does it. */
  reasonAt(field: string): Promise<string> {
    return this.#page.evaluate(async (selector) => {
      const shown = () => $(".red-ui-popover:visible");
      const until = async (isSo: () => boolean) => {
        for (let frames = 0; frames < 200 && !isSo(); frames += 1) await new Promise(requestAnimationFrame);
      };
      const widget = $(selector).next(".red-ui-typedInput-container");
      const place = $(selector).add(widget.find(".red-ui-typedInput-input-wrap, .red-ui-typedInput-option-label"));
      place.trigger("mouseenter");
      await until(() => shown().length > 0);
      const reason = shown().text();
      place.trigger("mouseleave");
      await until(() => shown().length === 0);
      return reason;
    }, `#${this.#prefix}-${field}`);
  }

  /** Resolves when the reason appears where the pointer rests on the field. */
  async showsReason(field: string, reason: string): Promise<void> {
    const visible = await this.#visible(field);
    const tooltips = this.#page.locator(".red-ui-popover");
    // An earlier reason stays for a while.
    await this.#page.mouse.move(0, 0);
    await tooltips.first().waitFor({ state: "detached" });
    // So does a menu that the opening of the dialog has brought under the pointer: it closes where somebody presses.
    if ((await this.#page.locator(".red-ui-typedInput-options:visible").count()) > 0)
      await this.tray.locator(".red-ui-tray-header").click();
    await visible.hover();
    await tooltips.filter({ hasText: reason }).waitFor();
    // From a row that goes away under the pointer nothing would tell that the pointer has left.
    await this.#page.mouse.move(0, 0);
  }

  /** By keyboard: before a click it is looked for a while whether the button stands still. */
  async save(): Promise<void> {
    await this.#leave("ok");
  }

  async cancel(): Promise<void> {
    await this.#leave("cancel");
  }

  get #isConfig(): boolean {
    return this.#prefix === "node-config-input";
  }

  /** The part of a field that is to be seen. */
  async #visible(field: string): Promise<Locator> {
    const widget = this.#widget(field);
    return (await widget.count()) > 0 ? widget : this.field(field);
  }

  #widget(field: string): Locator {
    return this.#page.locator(`#${this.#prefix}-${field} + .red-ui-typedInput-container`);
  }

  /** What is gone has slid out; what was below it has to be raised again. */
  async #leave(name: "ok" | "cancel"): Promise<void> {
    const button = this.#isConfig ? `#node-config-dialog-${name}` : `#node-dialog-${name}`;
    await this.#page.locator(button).press("Enter");
    await this.#page.waitForFunction((button) => {
      const stack = $("#red-ui-editor-stack");
      if ($(button).length > 0) return false;
      return stack.children().length > 0 ? stack[0]?.style.zIndex === "13" : $("#red-ui-editor-shade").is(":hidden");
    }, button);
  }
}
