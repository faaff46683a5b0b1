import type { Suggestion } from "./suggest";
import { common } from "./words";

/** A line above the list: why it is empty, or what it is. */
export interface Note {
  text: string;
  is: "asking" | "problem" | "hint";
}

/** What a list shows. */
export interface Content {
  notes: readonly Note[];
  suggestions: readonly Suggestion[];
  /** What the field holds. */
  current: string;
  /** They are not what the device has said. */
  areStandIns: boolean;
  /** The last line asks the device again. */
  canRefresh: boolean;
}

interface Handlers {
  take: (suggestion: Suggestion) => void;
  refresh: () => void;
  /** Of which line is active, by its id. */
  activated: (id: string | undefined) => void;
}

/** Pixels. */
const MIN_WIDTH = 280;
const MAX_HEIGHT = 300;
const MARGIN = 8;

const ICONS: Readonly<Record<Note["is"], string>> = {
  asking: "fa fa-refresh fa-spin",
  problem: "fa fa-exclamation-triangle",
  hint: "",
};

let opened = 0;

/**
 * The list below a field, in which the field itself, that keeps the focus, moves. What comes from a device is text, never
 * html.
 */
export class ListPopup {
  readonly id = `pikvm-list-${(opened += 1)}`;
  readonly #frame: JQuery;
  readonly #handlers: Handlers;
  readonly #box = $("<div>", { class: "pikvm-popup" });
  readonly #notes = $("<div>", { class: "pikvm-popup-notes", role: "status" });
  readonly #list: JQuery;
  /** What each line does. */
  #actions: (() => void)[] = [];
  #active = -1;
  readonly #place = (): void => this.place();

  /** @param frame what it stands below. */
  constructor(frame: JQuery, label: string, handlers: Handlers) {
    this.#frame = frame;
    this.#handlers = handlers;
    this.#list = $("<div>", { id: this.id, class: "pikvm-popup-list", role: "listbox", "aria-label": label });
    // The focus stays in the field.
    this.#box.on("mousedown", (event) => {
      event.preventDefault();
    });
    this.#box.append(this.#notes, this.#list).appendTo(document.body);
    // Scrolling does not bubble.
    document.addEventListener("scroll", this.#place, true);
    window.addEventListener("resize", this.#place);
  }

  remove(): void {
    document.removeEventListener("scroll", this.#place, true);
    window.removeEventListener("resize", this.#place);
    this.#box.remove();
  }

  /** @param active the line that Enter takes, -1 for none. */
  show({ notes, suggestions, current, areStandIns, canRefresh }: Content, active: number): void {
    this.#notes.empty().append(notes.map(noteLine));
    this.#actions = suggestions.map((suggestion) => () => this.#handlers.take(suggestion));
    const lines = suggestions.map((suggestion) => suggestionLine(suggestion, suggestion.value === current));
    if (canRefresh) {
      this.#actions.push(this.#handlers.refresh);
      lines.push(refreshLine());
    }
    lines.forEach((line, index) => line.attr("id", `${this.id}-${index}`).on("click", () => this.#actions[index]?.()));
    this.#list.empty().append(lines).toggleClass("pikvm-stand-ins", areStandIns);
    this.#activate(Math.min(active, lines.length - 1));
    this.place();
    if (active < 0) this.#list.children(".pikvm-current")[0]?.scrollIntoView({ block: "nearest" });
  }

  get active(): number {
    return this.#active;
  }

  /** Does what the active line does. @returns false when none is. */
  takeActive(): boolean {
    const action = this.#actions[this.#active];
    action?.();
    return action !== undefined;
  }

  /** From no line, down is to the first and up to the last; both go round. */
  move(step: number): void {
    const count = this.#actions.length;
    if (count === 0) return;
    const from = this.#active < 0 && step < 0 ? 0 : this.#active;
    this.#activate((from + step + count) % count);
  }

  /** Below the field, or above it where there is more room. */
  place(): void {
    const frame = this.#frame[0]?.getBoundingClientRect();
    if (frame === undefined) return;
    const below = window.innerHeight - frame.bottom - MARGIN;
    const above = frame.top - MARGIN;
    const isBelow = below >= Math.min(MAX_HEIGHT, this.#height()) || below >= above;
    const width = Math.min(Math.max(frame.width, MIN_WIDTH), window.innerWidth - 2 * MARGIN);
    this.#box.css({
      left: Math.max(MARGIN, Math.min(frame.left, window.innerWidth - width - MARGIN)),
      width,
      maxHeight: Math.min(MAX_HEIGHT, isBelow ? below : above),
      top: isBelow ? frame.bottom : "auto",
      bottom: isBelow ? "auto" : window.innerHeight - frame.top,
    });
  }

  #height(): number {
    return (this.#notes[0]?.scrollHeight ?? 0) + (this.#list[0]?.scrollHeight ?? 0);
  }

  #activate(index: number): void {
    this.#active = index;
    const lines = this.#list.children().attr("aria-selected", "false").removeClass("pikvm-active");
    const line = index < 0 ? undefined : lines[index];
    if (line) $(line).attr("aria-selected", "true").addClass("pikvm-active");
    line?.scrollIntoView({ block: "nearest" });
    this.#handlers.activated(line?.id);
  }
}

function noteLine({ text, is }: Note): JQuery {
  const line = $("<div>", { class: `pikvm-popup-note pikvm-note-${is}` });
  if (ICONS[is] !== "") $("<i>", { class: ICONS[is], "aria-hidden": "true" }).appendTo(line);
  return line.append($("<span>").text(text));
}

function suggestionLine({ text, about, state }: Suggestion, isCurrent: boolean): JQuery {
  const line = $("<div>", { role: "option", class: isCurrent ? "pikvm-current" : "" });
  const names = $("<div>")
    .append($("<span>", { class: "pikvm-option-text" }).text(text))
    .appendTo(line);
  // Blanks between them are for those who hear it read.
  if (about !== undefined) names.append(" ", $("<span>", { class: "pikvm-option-about" }).text(about));
  if (state !== undefined) line.append(" ", $("<span>", { class: "pikvm-option-state" }).text(state));
  return line;
}

function refreshLine(): JQuery {
  const icon = $("<i>", { class: "fa fa-refresh", "aria-hidden": "true" });
  return $("<div>", { role: "option", class: "pikvm-popup-refresh" }).append(
    icon,
    $("<span>").text(common("list.refresh")),
  );
}
