import { shortNameOf } from "../client/vocabulary";
import { showIf } from "./form";
import { PressedKeys } from "./pressed-keys";
import { common } from "./words";

/** Adds the button that fills a field in with the keys that a person presses: all of them, or the last one. */
export function prepareRecorder(input: JQuery, isShortcut: boolean): void {
  const row = input.closest(".form-row");
  const hint = row.next(".pikvm-hint");
  const status = $("<div>", { class: "pikvm-hint pikvm-said", role: "status" });
  status.insertAfter(hint.length > 0 ? hint : row);
  const button = $("<button>", {
    type: "button",
    class: "red-ui-button",
    id: `${String(input.attr("id"))}-record`,
    "aria-label": common("button.recordKeys"),
    "aria-pressed": "false",
  })
    .append($("<i>", { class: "fa fa-keyboard-o", "aria-hidden": "true" }))
    .appendTo(row);
  RED.popover.tooltip(button, common("button.recordKeys"));

  /** While it records: ends with what was pressed, or without. */
  let stop: (() => void) | undefined;
  let leave: (() => void) | undefined;

  /** Takes all keys of the page until it is stopped; none of them reaches the editor, which has shortcuts of its own. */
  function start(): void {
    const pressed = new PressedKeys();
    const end = new AbortController();
    const finish = (): void => {
      end.abort();
      stop = leave = undefined;
      button.attr("aria-pressed", "false").removeClass("selected");
      status.text("");
    };
    const take = (): void => {
      const names = pressed.keys.map(shortNameOf);
      finish();
      if (names.length > 0) input.typedInput("value", isShortcut ? names.join("+") : (names.at(-1) ?? ""));
      status.text(names.length > 0 ? common("record.taken", { keys: names.join("+") }) : "");
    };
    const on = (type: "keydown" | "keyup", heard: (event: KeyboardEvent) => void): void => {
      const hear = (event: KeyboardEvent): void => {
        event.preventDefault();
        event.stopImmediatePropagation();
        heard(event);
      };
      // Before anybody else hears it.
      window.addEventListener(type, hear, { capture: true, signal: end.signal });
    };
    on("keydown", (event) => {
      if (event.repeat) return;
      const isKnown = pressed.press(event);
      const keys = pressed.keys.map(shortNameOf).join("+");
      status.text(isKnown ? keys : common("record.unknown", { key: event.code || event.key }));
    });
    on("keyup", (event) => {
      pressed.release(event);
      if (pressed.isOver) take();
    });
    // Not every browser gives it to a button that is clicked.
    button.attr("aria-pressed", "true").addClass("selected").trigger("focus");
    status.text(common("record.hint"));
    [stop, leave] = [take, finish];
  }

  button.on("click", () => (stop ?? start)());
  button.on("blur", () => {
    // What was pressed to get away is not meant for the field.
    leave?.();
    status.text("");
  });
  const update = (): void => showIf(button, input.typedInput("type") === "str");
  input.on("change", update);
  update();
}
