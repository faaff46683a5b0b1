import { wordsOf } from "./words";

const words = wordsOf("device");

/** What `pikvm/certificate` answers: the certificate that the device presents now. */
interface Certificate {
  fingerprint: string;
  subject: string;
  valid_to: string;
}

const line = (label: string, value: string): JQuery =>
  $("<div>").append($("<b>").text(`${label} `), document.createTextNode(value));

function show(place: JQuery, { fingerprint, subject, valid_to }: Certificate): void {
  const take = $("<button>", { type: "button", class: "red-ui-button", id: "pikvm-certificate-take" })
    .text(words("button.takeCertificate"))
    .on("click", () => {
      $("#node-config-input-fingerprint").val(fingerprint).trigger("change");
      place.empty();
    });
  place
    .empty()
    .append(
      $("<code>", { id: "pikvm-certificate-fingerprint" }).text(fingerprint),
      line(words("certificate.subject"), subject),
      line(words("certificate.validTo"), valid_to),
      $("<p>").html(words("certificate.compare")),
      take,
    );
}

/** The reason that the runtime gives with a failure, or what jQuery knows. */
function reasonOf(failure: JQuery.jqXHR): string {
  const body = failure.responseJSON as { message?: unknown } | undefined;
  return typeof body?.message === "string" ? body.message : words("certificate.failed", { status: failure.statusText });
}

/** Prepares the button that asks the device for its certificate, to be compared and taken over with one click. */
export function prepareCertificate(): void {
  const button = $("#pikvm-certificate-get");
  const place = $("#pikvm-certificate");
  button.on("click", () => {
    button.prop("disabled", true);
    place.text(words("certificate.asking"));
    // jQuery's ajax carries the token of a login to the editor.
    $.ajax({
      url: "pikvm/certificate",
      method: "POST",
      contentType: "application/json",
      data: JSON.stringify({ address: $("#node-config-input-address").val() }),
    })
      .done((answer: Certificate) => show(place, answer))
      .fail((failure) => place.empty().append($("<span>", { class: "pikvm-warning" }).text(reasonOf(failure))))
      .always(() => button.prop("disabled", false));
  });
}
