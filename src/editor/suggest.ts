export interface Suggestion {
  value: string;
  label: string;
}

/** Suggests the known values that contain what was typed, those that start with it first. */
export function suggestFrom(known: readonly string[]): (typed: string) => Suggestion[] {
  return (typed) => {
    const wanted = typed.trim().toLowerCase();
    const starts = (value: string): number => (value.toLowerCase().startsWith(wanted) ? 0 : 1);
    return known
      .filter((value) => value.toLowerCase().includes(wanted) && value !== typed)
      .sort((a, b) => starts(a) - starts(b))
      .map((value) => ({ value, label: value }));
  };
}

/** The same for the last of several values that are joined with plus signs, commas or blanks. */
export function suggestLastFrom(known: readonly string[]): (typed: string) => Suggestion[] {
  const suggest = suggestFrom(known);
  return (typed) => {
    const start = typed.search(/[^\s,+]*$/);
    return suggest(typed.slice(start)).map(({ value }) => ({ value: typed.slice(0, start) + value, label: value }));
  };
}
