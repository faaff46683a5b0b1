/** What ends a sentence, also within quotes or brackets. */
const ENDED = /[.!?…]["')\]]*$/;

/**
 * Sentences as one text: each but the last gets the full stop that it lacks. The one place where messages are joined.
 * @param parts empty ones are left out.
 */
export function sentences(...parts: readonly string[]): string {
  const said = parts.map((part) => part.trim()).filter((part) => part !== "");
  return said.map((part, index) => (index === said.length - 1 || ENDED.test(part) ? part : `${part}.`)).join(" ");
}
