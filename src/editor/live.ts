import { suggestFrom } from "./suggest";

/** Milliseconds that a list counts as fresh: a person types, and does not wait for the device with each letter. */
const FRESH = 15_000;

/** What a device has: names, and for some lists what they are called. */
interface Choices {
  names: string[];
  words?: Record<string, string>;
}

const lists = new Map<string, { asked: number; choices: Promise<Choices> }>();

/**
 * Suggests what the chosen device itself has, while somebody types: `kind` is one of the lists of
 * `src/runtime/choices.ts`. Instead of a device that is not deployed yet or does not answer, `otherwise` is suggested.
 */
export function suggestLive(kind: string, otherwise: readonly string[] = []): Suggest {
  return (typed, done) =>
    void choicesOf(kind).then(({ names }) => done(suggestFrom(names.length > 0 ? names : otherwise)(typed)));
}

/** The same of a device by its id, for its own dialog. */
export function suggestOf(kind: string, device: string): Suggest {
  return (typed, done) => void choicesOf(kind, device).then(({ names }) => done(suggestFrom(names)(typed)));
}

/** A list of the chosen device, as long as that is fresh; empty when it does not answer. */
export function choicesOf(kind: string, device = String($("#node-input-device").val())): Promise<Choices> {
  const url = `pikvm/devices/${encodeURIComponent(device)}/choices/${kind}`;
  const known = lists.get(url);
  if (known && Date.now() - known.asked < FRESH) return known.choices;
  // jQuery's ajax carries the token of a login to the editor.
  const choices = Promise.resolve($.getJSON(url) as PromiseLike<Choices>).catch(() => ({ names: [] }));
  lists.set(url, { asked: Date.now(), choices });
  return choices;
}
