import { startOfLastName } from "../client/vocabulary";

export interface Suggestion {
  value: string;
  label: string;
}

/** Suggests the known values that contain what was typed, those that start with it first. */
export function suggestFrom(known: readonly (string | Suggestion)[]): (typed: string) => Suggestion[] {
  const all = known.map((value) => (typeof value === "string" ? { value, label: value } : value));
  return (typed) => matching(all, typed);
}

/** Those whose label contains what was typed, those whose label starts with it first. */
export function matching(all: readonly Suggestion[], typed: string): Suggestion[] {
  const wanted = typed.trim().toLowerCase();
  const starts = ({ label }: Suggestion): number => (label.toLowerCase().startsWith(wanted) ? 0 : 1);
  return all
    .filter(({ value, label }) => label.toLowerCase().includes(wanted) && value !== typed)
    .sort((a, b) => starts(a) - starts(b));
}

/** The same for the last of several values that are joined with plus signs, commas or blanks. */
export function suggestLastFrom(known: readonly (string | Suggestion)[]): (typed: string) => Suggestion[] {
  const suggest = suggestFrom(known);
  return (typed) => {
    const start = startOfLastName(typed);
    return suggest(typed.slice(start)).map(({ value, label }) => ({ value: typed.slice(0, start) + value, label }));
  };
}
