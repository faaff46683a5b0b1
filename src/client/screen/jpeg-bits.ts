/**
 * A Huffman table of a JPEG. It translates codes of 1 to 16 bits into symbols, of one byte each. The codes of one
 * length are consecutive numbers, and each length goes on where the shorter one ended.
 */
export interface HuffmanTable {
  /**
   * For the codes of at most `FAST` bits, which are nearly all: indexed by the next `FAST` bits of the data, it gives
   * the length of the code that they begin with, times 256, plus the code's symbol. It is 0 where the code is longer.
   */
  readonly fast: Uint16Array;
  /**
   * For each length: the next 16 bits of the data are less than this when the code has this length or a shorter one.
   */
  readonly ends: Int32Array;
  /** For each length: what must be added to a code to get the index of its symbol. */
  readonly offsets: Int32Array;
  readonly symbols: Uint8Array;
}

const FAST = 9;
const LONGEST = 16;

/**
 * @param counts how many codes there are of each length from 1 to 16 bits.
 * @param symbols of the codes, shortest first.
 */
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

/**
 * Reads the compressed part of a JPEG bit by bit, up to the next marker. A marker is a byte 0xff and a code; where the
 * data itself has a byte 0xff, a byte 0 follows and is left out.
 */
export class JpegBits {
  readonly #data: Uint8Array;
  #at: number;
  /** Bits that were taken from the data: the lowest `#count` ones are still to be read. */
  #bits = 0;
  #count = 0;
  /** How many zeros were put behind the bits because the data had ended. */
  #padding = 0;

  constructor(data: Uint8Array, at: number) {
    this.#data = data;
    this.#at = at;
  }

  /** Whether more bits were read than there are. */
  get isOverrun(): boolean {
    return this.#count < this.#padding;
  }

  /** Reads a code. @returns its symbol; undefined for a code that the table does not have. */
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

  /**
   * Reads a signed number of up to 16 bits, as a JPEG writes it: numbers that begin with a 0 bit are the negative ones.
   */
  number(length: number): number {
    if (length === 0) return 0;
    const value = this.#peek() >> (LONGEST - length);
    this.#count -= length;
    return value < 1 << (length - 1) ? value - (1 << length) + 1 : value;
  }

  /** Passes up to 16 bits. */
  skip(length: number): void {
    this.#peek();
    this.#count -= length;
  }

  /** Goes on behind the next marker. @returns whether it is a restart marker, as it should be. */
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

  /** The next 16 bits, which stay to be read. */
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
