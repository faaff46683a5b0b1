/** A piece of a text that is handed to the device at once. */
export interface Part {
  text: string;
  characters: number;
  /** Key events that it makes, at most. */
  events: number;
}

/** Shift and AltGr. */
const MODIFIERS = 2;

/**
 * Cuts a text by code points, so that no character is cut in two; each part when it is asked for.
 * @param maxEvents how many key events a part may make; one character may make more.
 */
export function* partsOf(text: string, maxEvents: number): Generator<Part, void, undefined> {
  let part: Part | undefined;
  let before = PLAIN;
  for (const character of text) {
    const modifiers = modifiersOf(character);
    let events = eventsOf(modifiers, before);
    if (part && part.events + events > maxEvents) {
      yield part;
      part = undefined;
    }
    if (!part) {
      // Whatever is held down at the end of a part is let go.
      part = { text: "", characters: 0, events: MODIFIERS };
      events = eventsOf(modifiers, PLAIN);
    }
    part.text += character;
    part.characters += 1;
    part.events += events;
    before = modifiers;
  }
  if (part) yield part;
}

/** How many characters a text has: code points. */
export function charactersIn(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index += 1, count += 1) {
    if ((text.codePointAt(index) ?? 0) > 0xffff) index += 1;
  }
  return count;
}

const PLAIN = "plain";

const eventsOf = (modifiers: string, before: string): number => 2 + (modifiers === before ? 0 : MODIFIERS);

/** Characters with the same answer need the same modifiers in every keymap; of most, nobody knows which ones. */
function modifiersOf(character: string): string {
  if (/[a-z\s]/.test(character)) return PLAIN;
  if (/[A-Z]/.test(character)) return "capital";
  return /[0-9]/.test(character) ? "digit" : character;
}
