/** A Huffman table of a JPEG: symbols by codes of up to 16 bits. */
export interface HuffmanTable {
  /** For each beginning of `FAST` bits: length of the code * 256 + symbol; 0 for longer codes. */
  readonly fast: Uint16Array;
  /** For each length: the first code that is longer (as 16 bits), and what makes a code the place of its symbol. */
  readonly ends: Int32Array;
  readonly offsets: Int32Array;
  readonly symbols: Uint8Array;
}

const FAST = 9;
const LONGEST = 16;

/** @param counts how many codes there are of each length, 1 to 16. */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const fast = new Uint16Array(1 << FAST);
  const ends = new Int32Array(LONGEST + 1);
  const offsets = new Int32Array(LONGEST + 1);
  let [code, at] = [0, 0];
  for (let length = 1; length <= LONGEST; length += 1, code <<= 1) {
    offsets[length] = at - code;
    for (let left = counts[length - 1] ?? 0; left > 0; left -= 1, code += 1, at += 1) {
      if (length > FAST) continue;
      const from = code << (FAST - length);
      fast.fill((length << 8) | (symbols[at] ?? 0), from, from + (1 << (FAST - length)));
    }
    ends[length] = code << (LONGEST - length);
  }
  return { fast, ends, offsets, symbols };
}

/** Reads the compressed part of a JPEG bit by bit, up to the next marker. */
export class JpegBits {
  readonly #data: Uint8Array;
  #at: number;
  #bits = 0;
  #count = 0;
  /** Zeros that were appended because the data is over. */
  #padding = 0;

  constructor(data: Uint8Array, at: number) {
    this.#data = data;
    this.#at = at;
  }

  /** Whether more was read than there is. */
  get isOverrun(): boolean {
    return this.#count < this.#padding;
  }

  /** @returns undefined for a code that the table does not have. */
  symbol({ fast, ends, offsets, symbols }: HuffmanTable): number | undefined {
    const next = this.#peek();
    const entry = fast[next >> (LONGEST - FAST)] ?? 0;
    if (entry !== 0) {
      this.#count -= entry >> 8;
      return entry & 255;
    }
    for (let length = FAST + 1; length <= LONGEST; length += 1) {
      if (next >= (ends[length] ?? 0)) continue;
      this.#count -= length;
      return symbols[(next >> (LONGEST - length)) + (offsets[length] ?? 0)];
    }
    return undefined;
  }

  /** A signed number of so many bits, up to 16. */
  number(length: number): number {
    if (length === 0) return 0;
    const value = this.#peek() >> (LONGEST - length);
    this.#count -= length;
    return value < 1 << (length - 1) ? value - (1 << length) + 1 : value;
  }

  skip(length: number): void {
    this.#peek();
    this.#count -= length;
  }

  /** Goes on behind the next restart marker. @returns whether there is one. */
  restart(): boolean {
    const data = this.#data;
    this.#bits = this.#count = this.#padding = 0;
    for (let at = this.#at; at + 1 < data.length; at += 1) {
      const code = data[at + 1] ?? 0;
      if (data[at] !== 0xff || code === 0 || code === 0xff) continue;
      this.#at = at + 2;
      return code >= 0xd0 && code <= 0xd7;
    }
    return false;
  }

  /** The next 16 bits. */
  #peek(): number {
    const data = this.#data;
    while (this.#count < LONGEST) {
      let byte = data[this.#at] ?? 0xff;
      const isMarker = byte === 0xff && data[this.#at + 1] !== 0;
      if (isMarker) {
        byte = 0;
        this.#padding += 8;
      } else this.#at += byte === 0xff ? 2 : 1;
      this.#bits = (this.#bits << 8) | byte;
      this.#count += 8;
    }
    return (this.#bits >>> (this.#count - LONGEST)) & 0xffff;
  }
}
