import { badResponse } from "../http/answer";
import { ResponseError } from "../errors";
import { whole, type OpenAnswer } from "../http/http";
import type { Check } from "../http/transfer";

/** What a compressed image begins with, by the name of its compression. */
const BEGINNINGS = {
  lzma: Buffer.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00),
  zstd: Buffer.of(0x28, 0xb5, 0x2f, 0xfd),
};

/**
 * What looks at the bytes of an image that a device sends.
 * @throws ResponseError for an answer that is none, such as somebody's web page; while they are read, for an image that
 * is not compressed as was asked, which an older device does not know, or not as long as it is.
 */
export async function imageCheck(
  answer: OpenAnswer,
  compress: "none" | keyof typeof BEGINNINGS,
  size?: number,
): Promise<Check | undefined> {
  const { headers } = answer;
  if (/^(text\/|application\/json\b)/i.test(String(headers["content-type"])))
    throw badResponse(await whole(answer), "Expected an image.");
  if (compress === "none") return size === undefined ? undefined : ofSize(size);
  return beginningWith(BEGINNINGS[compress], compress);
}

/** Whatever an answer says of itself: the device has told before how large its image is. */
function ofSize(size: number): Check {
  let read = 0;
  const fail = (what: string | number) => {
    const message = `The image has ${size} bytes, but what the device sent has ${what}.`;
    throw new ResponseError(message, { statusCode: 200 }, { code: "SIZE" });
  };
  return {
    piece({ length }) {
      read += length;
      if (read > size) fail("more");
    },
    end() {
      if (read < size) fail(read);
    },
  };
}

function beginningWith(beginning: Buffer, name: string): Check {
  let rest = beginning;
  const fail = () => {
    const message = `The device did not compress the image with ${name}, which its software may not know.`;
    throw new ResponseError(message, { statusCode: 200 }, { code: "COMPRESSION" });
  };
  return {
    piece(bytes) {
      const compared = bytes.subarray(0, rest.length);
      if (!compared.equals(rest.subarray(0, compared.length))) fail();
      rest = rest.subarray(compared.length);
    },
    end() {
      if (rest.length > 0) fail();
    },
  };
}
