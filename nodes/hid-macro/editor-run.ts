import { wordsOf } from "../../src/editor/words";

const words = wordsOf("hid-macro");

/** What is played: the body of `POST pikvm/devices/<id>/macro`. */
interface Order {
  macro: unknown[];
  speed: number;
  hostTimeout: number;
}

/** A line of the answer: how far it is, and at last how it ended. */
interface Said {
  done?: number;
  result?: { steps: number; seconds: number; incomplete?: true; skipped?: number };
  problem?: string;
}

const button = (word: string, pressed: () => void): JQuery =>
  $("<button>", { type: "button", class: "red-ui-button" })
    .text(words(`button.${word}`))
    .on("click", pressed);

/** Asks whether steps are to be played on the host now, plays them, and says what became of it. Escape stops it. */
export function runSteps(form: JQuery, order: Order): void {
  const device = $("#node-input-device");
  const dialog = document.createElement("dialog");
  const note = $("<div>", { role: "status" }).text(
    words("run.ask", { steps: order.macro.length, device: device.find("option:selected").text() }),
  );
  const bar = $("<progress>", { max: order.macro.length, value: 0, "aria-label": words("run.progress") }).hide();
  let request: JQuery.jqXHR | undefined;

  const play = (): void => {
    playButton.remove();
    bar.show();
    note.text(words("run.playing"));
    closeButton.text(words("button.stop")).trigger("focus");
    request = ask(String(device.val()), order, ({ done }) => {
      if (done !== undefined) bar.val(done);
    });
    request.done((text: string) => show(lastLine(text)));
    request.fail(({ responseText, statusText }) => show(lastLine(responseText), statusText));
  };
  const show = ({ result, problem }: Said, status = ""): void => {
    if (!dialog.open) return;
    bar.hide();
    note.toggleClass("pikvm-warning", result === undefined);
    note.text(result ? saidOf(result) : (problem ?? words("run.failed", { status })));
    closeButton.text(words("button.close"));
  };
  const playButton = button("play", play).addClass("primary");
  const closeButton = button("cancel", () => dialog.close());

  $(dialog)
    .addClass("pikvm-run")
    .append(note, bar, $("<div>", { class: "pikvm-run-buttons" }).append(closeButton, playButton))
    // The editor has shortcuts of its own for keys that nobody stops.
    .on("keydown", (event) => event.stopPropagation())
    .on("close", () => {
      request?.abort();
      dialog.remove();
    })
    .appendTo(form);
  dialog.showModal();
}

function ask(device: string, order: Order, told: (line: Said) => void): JQuery.jqXHR {
  const xhr = new XMLHttpRequest();
  xhr.addEventListener("progress", () => told(lastLine(xhr.responseText)));
  // jQuery's ajax carries the token of a login to the editor.
  return $.ajax({
    method: "POST",
    url: `pikvm/devices/${encodeURIComponent(device)}/macro`,
    contentType: "application/json",
    data: JSON.stringify(order),
    dataType: "text",
    xhr: () => xhr,
  });
}

function lastLine(text = ""): Said {
  try {
    return JSON.parse(text.trim().split("\n").at(-1) ?? "") as Said; // as the server writes it
  } catch {
    // It is not there whole yet, or something else answered, or nobody.
    return {};
  }
}

function saidOf({ steps, seconds, incomplete, skipped = 0 }: NonNullable<Said["result"]>): string {
  return [
    words("run.done", { steps, seconds: Math.round(seconds * 10) / 10 }),
    ...(skipped > 0 ? [words("run.skipped", { count: skipped })] : []),
    ...(incomplete ? [words("run.incomplete")] : []),
  ].join(" ");
}
