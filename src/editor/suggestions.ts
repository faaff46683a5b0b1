import { KEYMAPS, KEYS, shortNamesOf } from "../client/vocabulary";
import { WELL_KNOWN_PATHS, type Choice } from "../schema/choices";
import type { Suggested } from "../schema/field";
import { languageName } from "./language-names";
import { askDevice, chosenDevice } from "./live";
import type { Suggestion } from "./suggest";
import { common, numberWords } from "./words";

/** What the list of a field offers. */
export interface ListSource {
  /** What is known without a device; what the device says of the same value takes its place. */
  known?: readonly Suggestion[];
  /** What stands in, marked as such, where the device cannot be asked. */
  standIns?: readonly Suggestion[];
  /** Asks the device. @returns what it has, or why that is not known. Never rejects. */
  ask?: () => Promise<{ suggestions: readonly Suggestion[] } | { problem: string }>;
  /** The field holds several values, of which the last one is being written. */
  isSeveral?: boolean;
}

/** Found by all of their names: `ControlLeft (Ctrl, Control)`. */
const NAMED_KEYS = KEYS.map((value): Suggestion => {
  const short = shortNamesOf(value).join(", ");
  return { value, text: short === "" ? value : `${value} (${short})` };
});

const pathSuggestions = (paths: Readonly<Record<string, string>>): Suggestion[] =>
  Object.entries(paths).map(([value, word]) => ({ value, text: value, about: common(`path.${word}`) }));

/** Of the same value: what the device says now, with the words that are known for it. */
const SOURCES: Readonly<Record<Suggested, () => Omit<ListSource, "ask"> & { kind?: string }>> = {
  channels: () => ({ kind: "channels" }),
  edids: () => ({ kind: "edids" }),
  images: () => ({ kind: "images" }),
  key: () => ({ known: NAMED_KEYS }),
  keys: () => ({ known: NAMED_KEYS, isSeveral: true }),
  keymaps: () => ({ kind: "keymaps", standIns: KEYMAPS.map((value) => languageSuggestion({ value })) }),
  languages: () => ({ kind: "languages", isSeveral: true }),
  mountable: () => ({ kind: "mountable" }),
  paths: () => ({ kind: "paths", known: pathSuggestions(WELL_KNOWN_PATHS) }),
  ports: () => ({ kind: "ports" }),
  "watched paths": () => ({ kind: "paths", known: pathSuggestions({ ...WELL_KNOWN_PATHS, idle: "idle" }) }),
};

/** @param device whose list it is, by its id: default the one that is chosen in the dialog when it is asked. */
export function listSource(suggested: Suggested, device = chosenDevice): ListSource {
  const { kind, ...source } = SOURCES[suggested]();
  if (kind === undefined) return source;
  const suggestionOf = kind === "keymaps" || kind === "languages" ? languageSuggestion : suggestion;
  return {
    ...source,
    async ask() {
      const answer = await askDevice(kind, device());
      return answer.problem !== undefined ? answer : { suggestions: answer.choices.map(suggestionOf) };
    },
  };
}

function languageSuggestion({ value }: Choice): Suggestion {
  const about = languageName(value);
  return about === undefined ? { value, text: value } : { value, text: value, about };
}

function suggestion({ value, label = value, also, complete, reading, size, state }: Choice): Suggestion {
  const about = [also ?? "", complete === false ? common("list.incomplete") : ""].filter((text) => text !== "");
  const now = reading ?? (size === undefined ? state && common(`list.state.${state}`) : bytes(size));
  return {
    value,
    text: label,
    ...(about.length > 0 ? { about: about.join(" · ") } : {}),
    ...(now === undefined ? {} : { state: now }),
  };
}

/** As people read a size: `3.7 GB`, in the language of the editor. */
function bytes(count: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), units.length - 1);
  const format = { style: "unit", unit: units[power] ?? "byte", maximumSignificantDigits: 3 } as const;
  return numberWords(count / 1000 ** power, format);
}
