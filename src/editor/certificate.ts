import { wordsOf } from "./words";

const words = wordsOf("device");

/** The certificate that a device presents now. */
export interface Certificate {
  fingerprint: string;
  subject: string;
  valid_from: string;
  valid_to: string;
  /** The fingerprint of another one that is trusted. */
  trusted?: string;
}

/** What a person must know to decide, and the button to do so. */
export function certificateView(certificate: Certificate, trust: (fingerprint: string) => void): JQuery {
  const { fingerprint, trusted, subject, valid_from, valid_to } = certificate;
  const [from, to] = [valid_from, valid_to].map((time) => new Date(time).toLocaleDateString(RED.i18n.lang()));
  const button = $("<button>", { type: "button", class: "red-ui-button", id: "pikvm-certificate-trust" })
    .text(words("button.trust"))
    .on("click", () => trust(fingerprint));
  return $("<li>", { class: "pikvm-certificate" }).append(
    fact("subject", subject),
    fact("valid", words("certificate.validity", { from: from ?? "", to: to ?? "" })),
    $("<div>", { class: "pikvm-fingerprints" }).append(
      trusted === undefined
        ? print("fingerprint", fingerprint)
        : [print("trusted", trusted), print("presented", fingerprint)],
    ),
    $("<p>").html(words("certificate.compare")),
    button,
  );
}

const fact = (name: string, value: string): JQuery =>
  $("<div>").append($("<b>").text(words(`certificate.${name}`)), " ", document.createTextNode(value));

/** Four lines of eight pairs, which people can compare. */
function print(name: string, fingerprint: string): JQuery {
  const lines = fingerprint.match(/(?:\w\w:?){1,8}/g) ?? [];
  return $("<div>").append(
    $("<b>").text(words(`certificate.${name}`)),
    $("<code>", { id: `pikvm-certificate-${name}` }).text(lines.join("\n")),
  );
}
