import { ResponseError } from "../errors";

/** The longest record that a device may send. */
const MAX_RECORD = 1024 * 1024;

/**
 * Cuts what arrives into records, each as soon as it is complete; a last one without a separator counts, an empty one does not.
 * @throws ResponseError for a record without an end, and what the body throws.
 */
export async function* recordsOf(
  body: AsyncIterable<Buffer>,
  separator = "\r\n",
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of body) {
    const parts = (rest + decoder.decode(piece, { stream: true })).split(separator);
    rest = parts.pop() ?? "";
    yield* parts.filter((part) => part !== "");
    if (rest.length > MAX_RECORD) {
      throw new ResponseError("The device sends a record without an end.", { statusCode: 200 }, { code: "TOO_LONG" });
    }
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
