import { charactersIn, partsOf } from "./typing";

/** Key and mouse events of a call that is none of a text: a shortcut of eight keys has sixteen. */
const EVENTS_OF_CALL = 16;
/** Characters that the device takes of a text without `limit`. */
const DEFAULT_LIMIT = 1024;
/** Key events of one character, at most: its own, and those of two modifiers. */
const EVENTS_OF_CHARACTER = 6;

/**
 * Key and mouse events that any call of the device may leave in its queue for the host, at most; 0 for a call that
 * leaves none. Nobody of us may connect until they have gone out.
 */
export function rawEvents(method: string, path: string, body: unknown): number {
  if (method !== "POST") return 0;
  if (path.startsWith("/api/hid/events/")) return EVENTS_OF_CALL;
  if (!path.startsWith("/api/hid/print")) return 0;
  const text = typeof body === "string" ? body : body instanceof Uint8Array ? Buffer.from(body).toString() : undefined;
  if (text === undefined) return DEFAULT_LIMIT * EVENTS_OF_CHARACTER;
  const [all] = partsOf(text, EVENTS_OF_CHARACTER * (charactersIn(text) + 1));
  return all?.events ?? 0;
}
