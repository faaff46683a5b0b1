/** A piece of a text that is handed to the device at once. */
export interface Part {
  text: string;
  characters: number;
  /** Seconds until all of it is typed, at most. */
  time: number;
}

/** Seconds that one event takes on the USB line: keyboard and mouse are polled every millisecond. */
export const EVENT_TIME = 0.001;
/** Seconds of typing handed over at once: as long as cancelling may take. */
const PART_TIME = 0.5;
/** Shift and AltGr. */
const MODIFIERS = 2;

/**
 * Cuts a text by code points, so that no character is cut in two.
 * @param delay seconds before each key event.
 */
export function partsOf(text: string, delay: number): Part[] {
  const eventTime = delay + EVENT_TIME;
  const parts: Part[] = [];
  let part: Part | undefined;
  let before = PLAIN;
  for (const character of text) {
    // Whatever is held down at the end of a part is let go.
    if (!part || part.time >= PART_TIME) parts.push((part = { text: "", characters: 0, time: MODIFIERS * eventTime }));
    const modifiers = modifiersOf(character);
    part.text += character;
    part.characters += 1;
    part.time += (2 + (modifiers === before ? 0 : MODIFIERS)) * eventTime;
    before = modifiers;
  }
  return parts;
}

const PLAIN = "plain";

/** Characters with the same answer need the same modifiers in every keymap; of most, nobody knows which ones. */
function modifiersOf(character: string): string {
  if (/[a-z\s]/.test(character)) return PLAIN;
  if (/[A-Z]/.test(character)) return "capital";
  return /[0-9]/.test(character) ? "digit" : character;
}
