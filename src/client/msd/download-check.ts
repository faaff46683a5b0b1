import { badResponse } from "../http/answer";
import { ResponseError } from "../errors";
import { whole, type OpenAnswer } from "../http/http";

/** What a compressed image begins with, by the name of its compression. */
const BEGINNINGS = {
  lzma: Buffer.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00),
  zstd: Buffer.of(0x28, 0xb5, 0x2f, 0xfd),
};

/**
 * The bytes of an image that a device sends.
 * @throws ResponseError for an answer that is none, such as somebody's web page; while they are read, for an image that
 * is not compressed as was asked, which an older device does not know.
 */
export async function imageIn(
  answer: OpenAnswer,
  compress: "none" | keyof typeof BEGINNINGS,
  size?: number,
): Promise<AsyncIterable<Buffer>> {
  const { headers, body } = answer;
  if (/^(text\/|application\/json\b)/i.test(String(headers["content-type"])))
    throw badResponse(await whole(answer), "Expected an image.");
  if (compress === "none") return size === undefined ? body : ofSize(size, body);
  return beginningWith(BEGINNINGS[compress], body, compress);
}

/** Whatever an answer says of itself: the device has told before how large its image is. */
async function* ofSize(size: number, pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let read = 0;
  for await (const piece of pieces) {
    read += piece.length;
    if (read > size) break;
    yield piece;
  }
  if (read === size) return;
  const message = `The image has ${size} bytes, but what the device sent has ${read > size ? "more" : read}.`;
  throw new ResponseError(message, { statusCode: 200 }, { code: "SIZE" });
}

async function* beginningWith(
  beginning: Buffer,
  pieces: AsyncIterable<Buffer>,
  name: string,
): AsyncGenerator<Buffer, void, undefined> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const piece of pieces) {
    if (!head) {
      yield piece;
      continue;
    }
    head = Buffer.concat([head, piece]);
    if (head.length < beginning.length) continue;
    if (!head.subarray(0, beginning.length).equals(beginning)) throw notCompressed(name);
    yield head;
    head = undefined;
  }
  if (head) throw notCompressed(name);
}

function notCompressed(name: string): ResponseError {
  const message = `The device did not compress the image with ${name}, which its software may not know.`;
  return new ResponseError(message, { statusCode: 200 }, { code: "COMPRESSION" });
}
