import { crc32 } from "node:zlib";

/** What `msd/read` can wrap an image in. */
export const COMPRESSIONS = ["", "none", "lzma", "zstd"] as const;
export type Compression = (typeof COMPRESSIONS)[number];

export const SUFFIXES: Readonly<Record<Compression, string>> = { "": "", none: "", lzma: ".xz", zstd: ".zst" };

const CHUNK = 64 * 1024;

/** Valid .xz and .zst streams that store without compressing: Node has no encoder for either. */
export function compressed(chunks: AsyncIterable<Buffer>, compress: Compression): AsyncIterable<Buffer> {
  if (compress === "lzma") return xz(chunks);
  if (compress === "zstd") return zstd(chunks);
  return chunks;
}

/** RFC 8878: a frame of raw blocks. */
async function* zstd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const WINDOW_128K = 0x38;
  yield Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, WINDOW_128K);
  const block = (length: number, last: boolean): Buffer => {
    const header = Buffer.alloc(3);
    header.writeUIntLE((length << 3) | Number(last), 0, 3);
    return header;
  };
  for await (const chunk of chunks) yield Buffer.concat([block(chunk.length, false), chunk]);
  yield block(0, true);
}

/** The .xz file format 1.0: one block of LZMA2 chunks stored as they are, no integrity check. */
async function* xz(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const FLAGS = Buffer.of(0, 0);
  const BLOCK_HEADER = Buffer.of(0x02, 0x00, 0x21, 0x01, 0x16, 0x00, 0x00, 0x00);
  yield Buffer.concat([Buffer.from("fd377a585a00", "hex"), withCrc(FLAGS), withCrc(BLOCK_HEADER)]);
  let packed = BLOCK_HEADER.length + 4;
  let unpacked = 0;
  for await (const chunk of chunks)
    for (let offset = 0; offset < chunk.length; offset += CHUNK) {
      const part = chunk.subarray(offset, offset + CHUNK);
      const RESET_DICTIONARY = 1;
      const KEEP_DICTIONARY = 2;
      const header = Buffer.of(unpacked === 0 ? RESET_DICTIONARY : KEEP_DICTIONARY, 0, 0);
      header.writeUInt16BE(part.length - 1, 1);
      yield Buffer.concat([header, part]);
      packed += 3 + part.length;
      unpacked += part.length;
    }
  packed += 1;
  yield Buffer.concat([Buffer.of(0), Buffer.alloc((4 - (packed % 4)) % 4)]);
  const sizes = Buffer.concat([Buffer.of(0), multibyte(1), multibyte(packed), multibyte(unpacked)]);
  const index = withCrc(Buffer.concat([sizes, Buffer.alloc((4 - (sizes.length % 4)) % 4)]));
  const backward = Buffer.alloc(6);
  backward.writeUInt32LE(index.length / 4 - 1, 0);
  yield Buffer.concat([index, crcOf(backward), backward, Buffer.from("YZ")]);
}

function withCrc(data: Buffer): Buffer {
  return Buffer.concat([data, crcOf(data)]);
}

function crcOf(data: Buffer): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(crc32(data));
  return bytes;
}

function multibyte(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
  return Buffer.from([...bytes, value]);
}
