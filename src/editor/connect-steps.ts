import type { Certificate } from "./certificate";
import { adviceWords, numberWords, wordsOf } from "./words";

const words = wordsOf("device");

/** What `pikvm/connect` tells of a step. */
export interface Told {
  step: string;
  is: "ok" | "absent" | "doubtful" | "asks" | "failed";
  says?: string;
  values?: Record<string, string | number>;
  /** What goes wrong: a key of `common.advice`, and in the server's words. */
  advice?: string;
  problem?: string;
  code?: string;
  next_trial?: number;
  certificate?: Certificate;
  image?: string;
  /** Instead of all that. */
  text?: string;
}

const ICONS: Record<Told["is"], string> = {
  ok: "check",
  absent: "minus",
  doubtful: "exclamation-triangle",
  asks: "question-circle",
  failed: "times",
};

/** A line of the list. */
export function stepView(told: Told): JQuery {
  const icon = $("<i>", { class: `fa fa-${ICONS[told.is]}`, role: "img", "aria-label": words(`mark.${told.is}`) });
  const line = $("<li>", { class: `pikvm-step-${told.is}` }).attr("data-step", told.step);
  const text = $("<span>").text(textOf(told));
  line.append(icon, told.step === "" ? "" : $("<b>").text(words(`step.${told.step}`)), text);
  // For whoever searches for it; the advice comes first.
  if (told.is === "failed" && told.code !== undefined)
    text.append(" (", words("step.code"), " ", $("<code>").text(told.code), ")");
  if (told.problem !== undefined) line.attr("title", told.problem);
  if (told.image !== undefined)
    $("<img>", { src: `data:image/jpeg;base64,${told.image}`, alt: words("step.screen") }).appendTo(line);
  return line;
}

/** In the dialog's language; where it has no advice, what the server says. */
function textOf({ says, values, advice, problem, code, next_trial, text }: Told): string {
  if (text !== undefined) return text;
  if (says !== undefined) return words(`said.${says}`, valuesOf(values));
  if (advice === undefined) return problem ?? code ?? "";
  return adviceWords(advice, next_trial);
}

/** Numbers as people write them in the dialog's language. */
const valuesOf = (values: Told["values"] = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === "number" ? numberWords(value) : value]),
  );
