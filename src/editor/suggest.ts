import { startOfLastName } from "../client/vocabulary";

/** A line of a field's list. All its texts are found by typing. */
export interface Suggestion {
  /** What the field holds when it is taken. */
  value: string;
  /** What people call it. */
  text: string;
  /** What else helps to recognize it. */
  about?: string;
  /** How it is at this moment, or how large. */
  state?: string;
}

/** Those that contain what was typed: first those that are called just so, then those that start so. */
export function matching(all: readonly Suggestion[], typed: string): Suggestion[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === "") return [...all];
  return all
    .map((suggestion) => ({ suggestion, rank: rankOf(suggestion, wanted) }))
    .filter(({ rank }) => rank < NO_MATCH)
    .sort((a, b) => a.rank - b.rank)
    .map(({ suggestion }) => suggestion);
}

const NO_MATCH = 3;

function rankOf({ value, text, about = "" }: Suggestion, wanted: string): number {
  const names = [value, text, ...text.split(/[ (),]+/)].map((name) => name.toLowerCase());
  if (names.includes(wanted)) return 0;
  if (names.some((name) => name.startsWith(wanted))) return 1;
  return `${text} ${about}`.toLowerCase().includes(wanted) ? 2 : NO_MATCH;
}

/** A field with one value, or with several that are joined with plus signs, commas or blanks. */
export interface Part {
  /** What is before the value that is being written. */
  before: string;
  /** The value that is being written. */
  typed: string;
}

/** Of several values the last one is being written. */
export function partOf(text: string, isSeveral: boolean): Part {
  const start = isSeveral ? startOfLastName(text) : 0;
  return { before: text.slice(0, start), typed: text.slice(start) };
}
