/** Reads back what the simulator's encoder writes: baseline, grey, one scan. */
import { type Raster } from "../../src/simulator/video/jpeg";

interface Bits {
  next(): number;
}

export function decodeJpeg(jpeg: Buffer): Raster {
  const quantisers: number[] = [];
  const tables = new Map<number, Map<string, number>>();
  let [width, height] = [0, 0];
  for (let at = 2; ;) {
    const marker = jpeg.readUInt16BE(at);
    const content = jpeg.subarray(at + 4, at + 2 + jpeg.readUInt16BE(at + 2));
    if (marker === 0xffdb) quantisers.push(...content.subarray(1));
    if (marker === 0xffc0) [height, width] = [content.readUInt16BE(1), content.readUInt16BE(3)];
    if (marker === 0xffc4) tables.set(content.readUInt8(0), huffman(content));
    at += 4 + content.length;
    if (marker === 0xffda) return picture(bitsOf(jpeg.subarray(at)), { width, height, quantisers, tables });
  }
}

function huffman(content: Buffer): Map<string, number> {
  const codes = new Map<string, number>();
  let [code, at] = [0, 17];
  for (let length = 1; length <= 16; length += 1, code *= 2)
    for (let left = content.readUInt8(length); left > 0; left -= 1, code += 1, at += 1)
      codes.set(code.toString(2).padStart(length, "0"), content.readUInt8(at));
  return codes;
}

function bitsOf(data: Buffer): Bits {
  let [at, bit] = [0, 7];
  return {
    next() {
      const value = (data.readUInt8(at) >> bit) & 1;
      bit -= 1;
      if (bit < 0) {
        bit = 7;
        at += data.readUInt16BE(at) === 0xff00 ? 2 : 1;
      }
      return value;
    },
  };
}

interface Head {
  readonly width: number;
  readonly height: number;
  readonly quantisers: readonly number[];
  readonly tables: ReadonlyMap<number, Map<string, number>>;
}

function picture(bits: Bits, { width, height, quantisers, tables }: Head): Raster {
  const pixels = new Uint8Array(width * height);
  const symbol = (table: number): number => {
    for (let code = ""; code.length <= 16;) {
      code += String(bits.next());
      const found = tables.get(table)?.get(code);
      if (found !== undefined) return found;
    }
    throw new Error("no such code");
  };
  const value = (length: number): number => {
    let number = 0;
    for (let index = 0; index < length; index += 1) number = number * 2 + bits.next();
    return length > 0 && number < 2 ** (length - 1) ? number - 2 ** length + 1 : number;
  };
  let average = 0;
  for (let top = 0; top < height; top += 8)
    for (let left = 0; left < width; left += 8) {
      const block = new Array<number>(64).fill(0);
      average += value(symbol(0x00));
      block[0] = average * (quantisers[0] ?? 0);
      for (let at = 1; at < 64; at += 1) {
        const next = symbol(0x10);
        if (next === 0) break;
        at += next >> 4;
        block[ZIGZAG[at] ?? 0] = value(next & 15) * (quantisers[at] ?? 0);
      }
      paint({ width, height, pixels }, left, top, block);
    }
  return { width, height, pixels };
}

function paint({ width, height, pixels }: Raster, left: number, top: number, block: readonly number[]): void {
  for (let y = 0; y < Math.min(8, height - top); y += 1)
    for (let x = 0; x < Math.min(8, width - left); x += 1) {
      let sum = 0;
      for (const [at, value] of block.entries()) {
        const [u, v] = [at % 8, Math.floor(at / 8)];
        if (value !== 0) sum += value * scale(u) * scale(v) * Math.cos(((2 * x + 1) * u * Math.PI) / 16) * Math.cos(((2 * y + 1) * v * Math.PI) / 16); // prettier-ignore
      }
      pixels[(top + y) * width + left + x] = Math.min(255, Math.max(0, Math.round(sum / 4 + 128)));
    }
}

const scale = (frequency: number): number => (frequency === 0 ? Math.SQRT1_2 : 1);

/** Written out, so that it does not share a mistake with the encoder. */
const ZIGZAG = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
  55, 62, 63,
];
