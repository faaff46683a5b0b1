import { ResponseError } from "../errors";

/** Characters of the longest record that a device may send. */
const MAX_RECORD = 1024 * 1024;

/**
 * Cuts what arrives into records, and yields each as soon as it is complete. The last one needs no separator behind it;
 * empty ones are left out.
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
