/** A baseline JPEG encoder for grey pictures: enough for a drawn screen, and no dependency. */

export interface Raster {
  readonly width: number;
  readonly height: number;
  /** One byte per pixel, row by row; 0 is black. */
  readonly pixels: Uint8Array;
}

const BLOCK = 8;
const ZIGZAG = zigzag();
const AC_ORDER = ZIGZAG.slice(1);
/** The standard's example for brightness, in rows. */
const QUANTISERS = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
  87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
];

/** The standard's Huffman tables for brightness: how many codes of each length, and what they stand for. */
const DC_TABLE = {
  counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
  values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};
const AC_TABLE = {
  counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
  values: [...Buffer.from(
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a343536373839" +
    "3a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7" +
    "a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa",
    "hex",
  )],
}; // prettier-ignore
const END_OF_BLOCK = 0x00;
const SIXTEEN_ZEROS = 0xf0;

interface Code {
  readonly bits: number;
  readonly length: number;
}

const DC_CODES = codesOf(DC_TABLE);
const AC_CODES = codesOf(AC_TABLE);
const COSINES = Float64Array.from({ length: BLOCK * BLOCK }, (_, index) => {
  const [frequency, at] = [Math.floor(index / BLOCK), index % BLOCK];
  return Math.cos(((2 * at + 1) * frequency * Math.PI) / 16) * (frequency === 0 ? Math.SQRT1_2 : 1) * 0.5;
});

/** @param quality - 1 to 100, in the scale that everybody uses. */
export function encodeJpeg(raster: Raster, quality: number): Buffer {
  const quantisers = quantisersFor(quality);
  const bits = new BitWriter();
  let before = 0;
  for (let y = 0; y < raster.height; y += BLOCK)
    for (let x = 0; x < raster.width; x += BLOCK) {
      // Most of a screen is of one shade.
      const shade = shadeOf(raster, x, y);
      if (shade === undefined) before = writeBlock(bits, coefficients(raster, x, y, quantisers), before);
      else before = writeEven(bits, Math.round(((shade - 128) * BLOCK) / (quantisers[0] ?? 1)), before);
    }
  return Buffer.concat([head(raster, quantisers), bits.end(), Buffer.of(0xff, 0xd9)]);
}

function quantisersFor(quality: number): number[] {
  const scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return QUANTISERS.map((value) => Math.min(255, Math.max(1, Math.floor((value * scale + 50) / 100))));
}

function head({ width, height }: Raster, quantisers: readonly number[]): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt16BE(height, 0);
  size.writeUInt16BE(width, 2);
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    segment(0xe0, [...Buffer.from("JFIF\0"), 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    segment(0xdb, [0, ...ZIGZAG.map((at) => quantisers[at] ?? 1)]),
    segment(0xc0, [8, ...size, 1, 1, 0x11, 0]),
    segment(0xc4, [0x00, ...DC_TABLE.counts, ...DC_TABLE.values]),
    segment(0xc4, [0x10, ...AC_TABLE.counts, ...AC_TABLE.values]),
    segment(0xda, [1, 1, 0, 0, 63, 0]),
  ]);
}

function segment(marker: number, content: readonly number[]): Buffer {
  const length = content.length + 2;
  return Buffer.from([0xff, marker, length >> 8, length & 255, ...content]);
}

/** The shade of a block in which all pixels have the same. */
function shadeOf({ width, height, pixels }: Raster, left: number, top: number): number | undefined {
  const [right, bottom] = [Math.min(left + BLOCK, width), Math.min(top + BLOCK, height)];
  const first = pixels[top * width + left];
  for (let y = top; y < bottom; y += 1)
    for (let x = left; x < right; x += 1) if (pixels[y * width + x] !== first) return undefined;
  return first;
}

/** Where each block is computed: to make these anew takes longer than what is done with them. */
const SAMPLES = new Float64Array(BLOCK * BLOCK);
const ROWS_DONE = new Float64Array(BLOCK * BLOCK);
const FREQUENCIES = new Int16Array(BLOCK * BLOCK);

/**
 * A block's 64 frequencies, quantised, in rows, until the next block's. Outside of the picture its last row and column
 * go on.
 */
function coefficients(
  { width, height, pixels }: Raster,
  left: number,
  top: number,
  quantisers: readonly number[],
): Int16Array {
  for (let y = 0; y < BLOCK; y += 1)
    for (let x = 0; x < BLOCK; x += 1) {
      const at = Math.min(top + y, height - 1) * width + Math.min(left + x, width - 1);
      SAMPLES[y * BLOCK + x] = (pixels[at] ?? 0) - 128;
    }
  transform(SAMPLES, ROWS_DONE);
  transform(ROWS_DONE, SAMPLES);
  for (let at = 0; at < FREQUENCIES.length; at += 1)
    FREQUENCIES[at] = Math.round((SAMPLES[at] ?? 0) / (quantisers[at] ?? 1));
  return FREQUENCIES;
}

/** The rows' frequencies, transposed; twice makes the block's. */
function transform(samples: Float64Array, result: Float64Array): void {
  for (let row = 0; row < BLOCK; row += 1)
    for (let frequency = 0; frequency < BLOCK; frequency += 1) {
      let sum = 0;
      for (let x = 0; x < BLOCK; x += 1) sum += (samples[row * BLOCK + x] ?? 0) * (COSINES[frequency * BLOCK + x] ?? 0);
      result[frequency * BLOCK + row] = sum;
    }
}

/** @returns The block's average; the next block's is written as the difference from it. */
function writeBlock(bits: BitWriter, block: Int16Array, before: number): number {
  const average = block[0] ?? 0;
  writeValue(bits, DC_CODES, 0, average - before);
  let zeros = 0;
  for (const at of AC_ORDER) {
    const value = block[at] ?? 0;
    if (value === 0) zeros += 1;
    else {
      for (; zeros > 15; zeros -= 16) bits.code(AC_CODES[SIXTEEN_ZEROS]);
      writeValue(bits, AC_CODES, zeros << 4, value);
      zeros = 0;
    }
  }
  if (zeros > 0) bits.code(AC_CODES[END_OF_BLOCK]);
  return average;
}

/** A block of one shade, which has an average alone. */
function writeEven(bits: BitWriter, average: number, before: number): number {
  writeValue(bits, DC_CODES, 0, average - before);
  bits.code(AC_CODES[END_OF_BLOCK]);
  return average;
}

/** The number of bits that the value needs, and the value; a negative one is written as its complement. */
function writeValue(bits: BitWriter, codes: readonly (Code | undefined)[], prefix: number, value: number): void {
  const length = 32 - Math.clz32(Math.abs(value));
  bits.code(codes[prefix | length]);
  if (length > 0) bits.write(value < 0 ? value + (1 << length) - 1 : value, length);
}

class BitWriter {
  #bytes = Buffer.alloc(64 * 1024);
  #length = 0;
  #pending = 0;
  #count = 0;

  code(code: Code | undefined): void {
    if (code === undefined) throw new RangeError("a value that no table has");
    this.write(code.bits, code.length);
  }

  write(bits: number, length: number): void {
    this.#pending = (this.#pending << length) | bits;
    this.#count += length;
    while (this.#count >= 8) {
      this.#count -= 8;
      this.#push((this.#pending >> this.#count) & 255);
    }
    this.#pending &= (1 << this.#count) - 1;
  }

  end(): Buffer {
    if (this.#count > 0) this.write((1 << (8 - this.#count)) - 1, 8 - this.#count);
    return this.#bytes.subarray(0, this.#length);
  }

  #push(byte: number): void {
    if (this.#length + 2 > this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
    this.#bytes[this.#length++] = byte;
    // Otherwise it would read as a marker.
    if (byte === 0xff) this.#bytes[this.#length++] = 0;
  }
}

function codesOf({ counts, values }: { counts: readonly number[]; values: readonly number[] }): (Code | undefined)[] {
  const codes: (Code | undefined)[] = [];
  let bits = 0;
  let next = 0;
  for (const [index, count] of counts.entries()) {
    for (let left = count; left > 0; left -= 1) codes[values[next++] ?? 0] = { bits: bits++, length: index + 1 };
    bits <<= 1;
  }
  return codes;
}

/** Places of a block's values in the order in which they are written: along the diagonals. */
function zigzag(): number[] {
  const places = Array.from({ length: BLOCK * BLOCK }, (_, at) => ({ at, x: at % BLOCK, y: Math.floor(at / BLOCK) }));
  const along = ({ x, y }: { x: number; y: number }): number => ((x + y) % 2 === 0 ? x : y);
  return places.sort((a, b) => a.x + a.y - (b.x + b.y) || along(a) - along(b)).map(({ at }) => at);
}
