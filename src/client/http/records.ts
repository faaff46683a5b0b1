import { lostAnswer, ResponseError } from "../errors";

/** Characters of the longest record that a device may send. */
const MAX_RECORD = 1024 * 1024;
const SEPARATOR = "\r\n";

/**
 * Cuts what arrives into records, and yields each as soon as it is complete. The last one needs no separator behind it;
 * empty ones are left out.
 * @param changes whether they tell of something that changes the device.
 * @throws ResponseError for a record without an end, and what the body throws.
 */
export async function* recordsOf(
  body: AsyncIterable<Buffer>,
  { changes = false } = {},
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of body) {
    const parts = (rest + decoder.decode(piece, { stream: true })).split(SEPARATOR);
    rest = parts.pop() ?? "";
    yield* parts.filter((part) => part !== "");
    if (rest.length > MAX_RECORD) {
      const details = { code: "TOO_LONG", ...lostAnswer(changes) };
      throw new ResponseError("The device sends a record without an end.", { statusCode: 200 }, details);
    }
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
