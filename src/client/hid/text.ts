/** What ends a line for Unicode: CR LF, LF, VT, FF, CR, NEL, and the separators of lines and of paragraphs. */
const LINE_END = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;
/** All blanks that have a width, as the no-break space and the ideographic one. The tab is none of them. */
const BLANK = /\p{Space_Separator}/gu;

/**
 * A text as the keys for it are pressed: a letter and its marks are one character, as keymaps have it (macOS writes
 * them apart in the names of files); every kind of line end is Enter, and every kind of blank is the blank. The device
 * drops all others without a word. To be asked for before a text is cut: no part may split what belongs together.
 */
export function asTyped(text: string): string {
  return text.normalize("NFC").replace(LINE_END, "\n").replace(BLANK, " ");
}
