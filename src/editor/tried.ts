import { common } from "./words";

/** What a trial has found. */
export interface Found {
  /** All that was read. */
  text?: string;
  /** The part of it that was looked for. */
  found?: string | null;
  /** What a device reports. */
  value?: unknown;
  /** Whether it is as wanted; null when that is not known from one look. */
  matches?: boolean | null;
}

/** Characters of a value that are shown. */
const SHOWN = 500;

export function showTried(place: JQuery, { text, found, value, matches }: Found): void {
  place.empty();
  if (typeof matches === "boolean") place.append(verdict(matches));
  if (text !== undefined)
    place.append(text.trim() === "" ? $("<div>").text(common("trial.nothing")) : read(text, found));
  else
    place.append(
      $("<div>")
        .text(`${common("trial.now")} `)
        .append($("<code>").text(shown(value))),
    );
}

const verdict = (matches: boolean): JQuery =>
  $("<div>", { class: matches ? "pikvm-fits" : "pikvm-fits-not" }).append(
    $("<i>", { class: `fa fa-${matches ? "check" : "times"}` }),
    document.createTextNode(` ${common(matches ? "trial.fits" : "trial.fitsNot")}`),
  );

/** What was read, with what was found in it marked. */
function read(text: string, found: string | null = null): JQuery {
  const place = $("<pre>", { tabindex: 0 });
  const start = found === null || found === "" ? -1 : text.indexOf(found);
  if (found === null || start < 0) return place.text(text);
  return place.append(
    document.createTextNode(text.slice(0, start)),
    $("<mark>").text(found),
    document.createTextNode(text.slice(start + found.length)),
  );
}

function shown(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > SHOWN ? `${json.slice(0, SHOWN)} …` : json;
}
