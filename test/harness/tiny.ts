/** The smallest picture and frame that are what they say, with a mark by which a test knows them again. */

const FRAME = Buffer.from("ffc0000b080008000801011100", "hex");
const SCAN = Buffer.from("ffda0008010100003f00", "hex");

/** A JPEG up to its end, 8 x 8 pixels; nobody can decode it. @param mark - a byte; it is the seventh. */
export function tinyJpeg(mark = 0): Buffer {
  const comment = Buffer.from([0xff, 0xfe, 0x00, 0x03, mark]);
  return Buffer.concat([Buffer.of(0xff, 0xd8), comment, FRAME, SCAN, Buffer.of(0x55, 0xff, 0xd9)]);
}

/** A frame of H.264 in Annex B. @param mark - a byte; it is the last. */
export function tinyH264(key: boolean, mark = 0): Buffer {
  return Buffer.of(0, 0, 0, 1, key ? 0x27 : 0x21, mark);
}
