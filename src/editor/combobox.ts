import { showIf } from "./form";
import { ListPopup, type Note } from "./list-popup";
import { matching, partOf, type Suggestion } from "./suggest";
import type { ListSource } from "./suggestions";
import { common } from "./words";

interface Placing {
  /** What the list stands below, and what the arrow stands in or behind. */
  frame: JQuery;
  /** Whether the field holds such a value now: a typed input may hold others. */
  isOn: () => boolean;
  /** Makes the field hold such a value, where that is to be offered now. */
  turnOn: () => (() => void) | undefined;
}

type State = "asking" | { problem: string } | { suggestions: readonly Suggestion[] };

/**
 * A text field with a list that opens by itself when the field gets the focus, when somebody types, and by an arrow.
 * What is typed stays free text. The pattern is the editable combobox of ARIA: the focus stays in the field.
 */
export class Combobox {
  readonly #input: JQuery;
  readonly #source: ListSource;
  readonly #placing: Placing;
  readonly #arrow: JQuery;
  #popup: ListPopup | undefined;
  #state: State = { suggestions: [] };
  /** Of the question that counts: what an earlier one brings comes too late. */
  #question = {};
  /** Since the list has opened: only then it is for finding, before it shows all there is. */
  #isTyped = false;
  /** The window, not the field, has lost the focus. */
  #isAway = false;

  constructor(input: JQuery, source: ListSource, placing: Partial<Placing> = {}) {
    this.#input = input;
    this.#source = source;
    this.#placing = { frame: input, isOn: () => true, turnOn: () => undefined, ...placing };
    this.#arrow = arrow().on("click", () => this.#toggle());
    if (placing.frame) this.#arrow.appendTo(placing.frame);
    else this.#arrow.insertAfter(input).addClass("pikvm-arrow-behind");
    input
      .attr("autocomplete", "off")
      .on("focus", () => this.#focused())
      .on("blur", () => {
        this.#isAway = document.activeElement === input[0];
        this.#close();
      })
      .on("click", () => this.#open())
      .on("input", () => this.#typed())
      .on("keydown", (event) => this.#key(event))
      // jQuery UI tells of it when the dialog closes.
      .on("remove", () => this.#close());
    this.update();
  }

  /** Looks again whether the field holds a value of the list. */
  update(): void {
    const isOn = this.#placing.isOn();
    showIf(this.#arrow, isOn || this.#placing.turnOn() !== undefined);
    if (isOn) this.#input.attr({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false" });
    else this.#input.removeAttr("role aria-autocomplete aria-expanded");
    if (!isOn) this.#close();
  }

  #focused(): void {
    if (!this.#isAway) this.#open();
    this.#isAway = false;
  }

  #toggle(): void {
    if (this.#popup) this.#close();
    else {
      if (!this.#placing.isOn()) this.#placing.turnOn()?.();
      this.#input.trigger("focus");
      this.#open();
    }
  }

  #typed(): void {
    this.#isTyped = true;
    if (this.#popup) this.#show(0);
    else this.#open();
  }

  #open(): void {
    if (this.#popup || !this.#placing.isOn()) return;
    const label = this.#input.closest(".form-row").children("label").text().trim() || common("list.label");
    this.#popup = new ListPopup(this.#placing.frame, label, {
      take: (suggestion) => this.#take(suggestion),
      refresh: () => void this.#ask(),
      activated: (id) => this.#setOrRemove("aria-activedescendant", id),
    });
    this.#input.attr({ "aria-expanded": "true", "aria-controls": this.#popup.id });
    void this.#ask();
  }

  #close(): void {
    this.#isTyped = false;
    this.#question = {};
    if (!this.#popup) return;
    this.#popup.remove();
    this.#popup = undefined;
    this.#input.attr("aria-expanded", "false").removeAttr("aria-controls aria-activedescendant");
  }

  /** Shows at once what is known, and that the device is asked. */
  async #ask(): Promise<void> {
    const { ask } = this.#source;
    const question = (this.#question = {});
    this.#state = ask ? "asking" : { suggestions: [] };
    this.#show(this.#isTyped ? 0 : -1);
    const answer = await ask?.();
    if (answer === undefined || this.#question !== question) return;
    this.#state = answer;
    this.#show(this.#popup?.active ?? -1);
  }

  #show(active: number): void {
    const { typed } = this.#part;
    const { ask } = this.#source;
    const all = this.#suggestions;
    const suggestions = this.#isTyped ? matching(all, typed) : all;
    this.#popup?.show(
      {
        notes: this.#notes(all.length, suggestions.length),
        suggestions,
        current: typed,
        areStandIns: this.#areStandIns,
        canRefresh: ask !== undefined && this.#state !== "asking",
      },
      // What asks again is nothing to take by Enter after typing.
      this.#isTyped && suggestions.length === 0 ? -1 : active,
    );
  }

  get #suggestions(): readonly Suggestion[] {
    const { known = [], standIns = [] } = this.#source;
    if (this.#areStandIns) return [...known, ...standIns];
    if (this.#state === "asking" || "problem" in this.#state) return known;
    const words = new Map(known.map((suggestion) => [suggestion.value, suggestion]));
    const live = this.#state.suggestions.map((suggestion) => ({ ...words.get(suggestion.value), ...suggestion }));
    const said = new Set(live.map(({ value }) => value));
    return [...live, ...known.filter(({ value }) => !said.has(value))];
  }

  get #areStandIns(): boolean {
    return this.#state !== "asking" && "problem" in this.#state;
  }

  #notes(all: number, shown: number): Note[] {
    if (this.#state === "asking") return [{ text: common("list.asking"), is: "asking" }];
    if ("problem" in this.#state) {
      const reason: Note = { text: this.#state.problem, is: "problem" };
      return all > 0 ? [reason, { text: common("list.standIns"), is: "hint" }] : [reason];
    }
    if (all === 0) return [{ text: common("list.none"), is: "hint" }];
    return shown === 0 ? [{ text: common("list.noMatch"), is: "hint" }] : [];
  }

  #take({ value }: Suggestion): void {
    this.#input.val(this.#part.before + value);
    this.#close();
    this.#input.trigger("change");
  }

  get #part() {
    return partOf(String(this.#input.val()), this.#source.isSeveral === true);
  }

  #key(event: JQuery.KeyDownEvent): void {
    if (!this.#placing.isOn() || event.ctrlKey || event.metaKey) return;
    if (this.#handles(event.key)) {
      event.preventDefault();
      // Escape would close the dialog, too.
      event.stopPropagation();
    }
  }

  /** @returns whether the key was for the list. */
  #handles(key: string): boolean {
    const step = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      if (this.#popup) this.#popup.move(step);
      else this.#open();
      return true;
    }
    if (!this.#popup || (key !== "Enter" && key !== "Escape")) return false;
    if (key === "Escape" || !this.#popup.takeActive()) this.#close();
    return true;
  }

  #setOrRemove(name: string, value: string | undefined): void {
    if (value === undefined) this.#input.removeAttr(name);
    else this.#input.attr(name, value);
  }
}

/** The keyboard opens the list by itself, or with the arrow down: it need not come here. */
const arrow = (): JQuery =>
  $("<button>", { type: "button", class: "pikvm-arrow", tabindex: "-1", "aria-label": common("list.show") })
    .append($("<i>", { class: "fa fa-caret-down", "aria-hidden": "true" }))
    .on("mousedown", (event) => {
      event.preventDefault();
    });

/** A list for a typed input that holds a text of its own, or will when the arrow is pressed. */
export function addList(input: JQuery, source: ListSource): void {
  const frame = input.next(".red-ui-typedInput-container");
  const isOn = (): boolean => input.typedInput("type") === "str";
  const becomeText = (): void => {
    input.typedInput("type", "str");
  };
  const turnOn = () => (input.typedInput("type") === "msg" ? becomeText : undefined);
  const combobox = new Combobox(frame.find("input.red-ui-typedInput-input"), source, { frame, isOn, turnOn });
  input.on("typedinputtypechange", () => combobox.update());
}
