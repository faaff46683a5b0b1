/** What stands between the names of a list that is one text: `ControlLeft+AltLeft+Delete`, `de, fr`. */
const SEPARATORS = /[\s,+]+/;
const LAST_NAME = /[^\s,+]*$/;

/** The names of a list that is one text, separated by plus signs, commas or blanks. */
export function namesIn(list: string): string[] {
  return list.split(SEPARATORS).filter((name) => name !== "");
}

/** Where the last name of a list begins that is being written: at its end, after a separator. */
export function startOfLastName(list: string): number {
  return list.search(LAST_NAME);
}
