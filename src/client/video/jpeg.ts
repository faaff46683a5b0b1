import { ResponseError } from "../errors";
import { isH264 } from "./h264";

/** A piece of a JPEG before its compressed part, which the last one begins. */
export interface JpegSegment {
  marker: number;
  content: Uint8Array;
  /** Where the next one begins. */
  end: number;
}

export const SCAN = 0xda;
const START_OF_IMAGE = 0xffd8;
const END_OF_IMAGE = Buffer.of(0xff, 0xd9);

/** Cameras write about ten; a large colour profile is cut into a few hundred. */
const MAX_SEGMENTS = 1000;

/**
 * Ends after the segment that begins the compressed part, and earlier where the bytes are no JPEG, such as millions of
 * empty segments.
 */
export function* segmentsOf(jpeg: Uint8Array): Generator<JpegSegment, void, undefined> {
  for (let at = 2, count = 0; at + 4 <= jpeg.length && count < MAX_SEGMENTS;) {
    // Any number of these may stand before a marker.
    if (jpeg[at] === 0xff && jpeg[at + 1] === 0xff) {
      at += 1;
      continue;
    }
    const end = at + 2 + word(jpeg, at + 2);
    if (jpeg[at] !== 0xff || end > jpeg.length) return;
    const marker = jpeg[at + 1] ?? 0;
    count += 1;
    yield { marker, content: jpeg.subarray(at + 4, end), end };
    if (marker === SCAN) return;
    at = end;
  }
}

/**
 * Looks whether what the device calls a JPEG is one, from its first marker to its last. Nothing is decoded.
 * @returns the same bytes.
 * @throws ResponseError with the code `JPEG`.
 */
export function checkedJpeg(image: Buffer): Buffer {
  const problem = problemOf(image);
  if (problem === undefined) return image;
  const { message, retryable = false } = problem;
  throw new ResponseError(message, { statusCode: 200 }, { code: "JPEG", retryable });
}

function problemOf(image: Buffer): { message: string; retryable?: true } | undefined {
  if (image.length === 0) return { message: "The device sent an empty picture.", retryable: true };
  if (word(image, 0) !== START_OF_IMAGE) {
    const instead = isH264(image) ? "H.264 video" : "something else";
    return {
      message:
        `The device says that it sent a JPEG picture, but it is ${instead}: ` +
        "look whether the device's own web page shows a picture, and restart its video.",
    };
  }
  const segments = [...segmentsOf(image)];
  const scan = segments.at(-1);
  const isWhole = segments.some(isFrame) && scan?.marker === SCAN && image.lastIndexOf(END_OF_IMAGE) >= scan.end;
  return isWhole ? undefined : { message: "The device sent a damaged picture.", retryable: true };
}

const NO_FRAMES = [0xc4, 0xc8, 0xcc];

/** Whether it says how large the picture is. */
function isFrame({ marker, content }: JpegSegment): boolean {
  if (marker < 0xc0 || marker > 0xcf || NO_FRAMES.includes(marker)) return false;
  return word(content, 1) > 0 && word(content, 3) > 0;
}

export const word = (content: Uint8Array, at: number): number => ((content[at] ?? 0) << 8) | (content[at + 1] ?? 0);
