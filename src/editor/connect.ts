import { certificateView } from "./certificate";
import { stepView, type Told } from "./connect-steps";
import { adviceWords, notAllowed, wordsOf } from "./words";

const words = wordsOf("device");

/** What is in the dialog, in the names of its fields. */
interface Form {
  id: string;
  fields: Record<string, unknown>;
  secrets: Record<string, unknown>;
}

/**
 * Prepares the button that connects to the device with what is in the dialog, saved or not, and tells step by step what
 * was found.
 * @param trust takes a certificate's fingerprint over into the dialog.
 */
export function prepareConnect(formNow: () => Form, trust: (fingerprint: string) => void): void {
  const [button, cancel, list] = [$("#pikvm-connect"), $("#pikvm-connect-cancel"), $("#pikvm-steps")];
  let running: JQuery.jqXHR | undefined;

  function connect(): void {
    running?.abort();
    list.empty();
    // What was found before has been taken, or not.
    $("#pikvm-found").empty();
    const working = $("<li>", { class: "pikvm-step-working" })
      .append(
        $("<i>", { class: "fa fa-spinner fa-spin", "aria-hidden": "true" }),
        $("<span>").text(words("step.working")),
      )
      .appendTo(list);
    const show = (told: Told): void => {
      stepView(told).insertBefore(working);
      if (told.is === "asks" && told.certificate) certificateView(told.certificate, trusted).insertBefore(working);
      // What comes last is what matters.
      working[0]?.scrollIntoView({ block: "nearest" });
    };
    const request = follow(formNow(), show);
    running = request;
    cancel.show().trigger("focus");
    button.prop("disabled", true);
    request
      .done((text) => {
        if (!isWhole(text)) working.before(stepView(lost("…")));
      })
      .fail((failure, status) => working.before(stepView(status === "abort" ? CANCELLED() : reasonOf(failure))))
      .always(() => {
        if (running !== request) return;
        working.remove();
        button.prop("disabled", false);
        // What is hidden would lose the focus, and the keyboard its place.
        const question = list.find("#pikvm-certificate-trust");
        if (cancel.is(":focus")) (question.length > 0 ? question : button).trigger("focus");
        cancel.hide();
        running = undefined;
      });
  }

  /** Goes on by itself. */
  function trusted(fingerprint: string): void {
    trust(fingerprint);
    connect();
  }

  button.on("click", connect);
  cancel.hide().on("click", () => {
    running?.abort();
  });
  // jQuery UI tells of it when the dialog goes.
  list.on("remove", () => running?.abort());
}

/** The last line of an answer that has come to its end. */
const isWhole = (text: unknown): boolean => String(text).trimEnd().endsWith('{"step":"end"}');

/** Asks the editor's server, which answers with a line for each step. */
function follow(form: Form, show: (told: Told) => void): JQuery.jqXHR {
  const xhr = new XMLHttpRequest();
  let read = 0;
  const readOn = (): void => {
    if (xhr.status !== 200) return;
    const lines = xhr.responseText.slice(read).split("\n");
    lines.pop();
    for (const line of lines) {
      read += line.length + 1;
      const told = JSON.parse(line) as Told; // as our own server writes it
      if (told.step !== "end") show(told);
    }
  };
  xhr.addEventListener("progress", readOn);
  // jQuery's ajax carries the token of a login to the editor.
  return $.ajax({
    url: "pikvm/connect",
    method: "POST",
    contentType: "application/json",
    data: JSON.stringify(form),
    dataType: "text",
    xhr: () => xhr,
  });
}

const lost = (status: string): Told => ({ step: "", is: "failed", text: words("step.failed", { status }) });
const CANCELLED = (): Told => ({ step: "", is: "absent", text: words("step.cancelled") });

/** Why there are no steps. */
function reasonOf({ responseText, status, statusText }: JQuery.jqXHR): Told {
  try {
    const { advice } = JSON.parse(responseText) as Told; // as above, or it is none
    if (typeof advice === "string") return { step: "", is: "failed", text: adviceWords(advice) };
  } catch {
    // Something else answered, or nobody.
  }
  const refusal = notAllowed(status);
  if (refusal !== undefined) return { step: "", is: "failed", text: refusal };
  return lost(status === 0 ? statusText : String(status));
}
