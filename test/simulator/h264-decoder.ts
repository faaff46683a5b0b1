/** Reads what the simulator's encoder writes: uncompressed key frames, and frames in which nothing changes. */

export interface Picture {
  readonly key: boolean;
  readonly number: number;
  readonly width: number;
  readonly height: number;
  /** Brightness, row by row. */
  readonly pixels: Uint8Array;
}

const SIDE = 16;

export class H264Decoder {
  private width = 0;
  private height = 0;
  private pixels: Uint8Array | undefined;

  /** @throws Error for what it cannot read, and for a first frame that builds upon another. */
  decode(data: Buffer): Picture {
    let frame: Picture | undefined;
    for (const unit of units(data)) {
      const bits = new Bits(unit.subarray(1));
      const kind = unit[0];
      if (kind === 0x27) this.parameters(bits);
      else if (kind === 0x25) frame = this.key(bits);
      else if (kind === 0x21) frame = this.same(bits);
      else if (kind !== 0x28) throw new Error(`an unknown unit ${String(kind)}`);
    }
    if (frame === undefined) throw new Error("no frame");
    return frame;
  }

  private parameters(bits: Bits): void {
    const profile = bits.fixed(24);
    if (profile !== 0x42e01f) throw new Error(`another profile: ${profile.toString(16)}`);
    const [id, numberBits, order, references, gaps] = [bits.ue(), bits.ue(), bits.ue(), bits.ue(), bits.fixed(1)];
    if (`${id} ${numberBits} ${order} ${references} ${gaps}` !== "0 4 2 1 0") throw new Error("another kind of stream");
    this.width = (bits.ue() + 1) * SIDE;
    this.height = (bits.ue() + 1) * SIDE;
  }

  private key(bits: Bits): Picture {
    const number = head(bits, 7);
    bits.ue();
    bits.fixed(2);
    tail(bits);
    const pixels = new Uint8Array(this.width * this.height);
    for (let top = 0; top < this.height; top += SIDE)
      for (let left = 0; left < this.width; left += SIDE) {
        if (bits.ue() !== 25) throw new Error("a compressed macroblock");
        const samples = bits.bytes(SIDE * SIDE * 1.5);
        for (let y = 0; y < SIDE; y += 1)
          pixels.set(samples.subarray(y * SIDE, (y + 1) * SIDE), (top + y) * this.width + left);
      }
    this.pixels = pixels;
    return { key: true, number, width: this.width, height: this.height, pixels };
  }

  private same(bits: Bits): Picture {
    if (this.pixels === undefined) throw new Error("a frame that builds upon one that is not there");
    const number = head(bits, 5);
    bits.fixed(3);
    tail(bits);
    const blocks = (this.width / SIDE) * (this.height / SIDE);
    if (bits.ue() !== blocks) throw new Error("not all macroblocks are skipped");
    return { key: false, number, width: this.width, height: this.height, pixels: this.pixels };
  }
}

/** @returns The frame's number. */
function head(bits: Bits, type: number): number {
  if (bits.ue() !== 0 || bits.ue() !== type || bits.ue() !== 0) throw new Error("another slice");
  return bits.fixed(8);
}

function tail(bits: Bits): void {
  if (bits.ue() !== 0 || bits.ue() !== 1) throw new Error("another slice");
}

/** Without start codes and the bytes that hide others. */
function units(data: Buffer): Buffer[] {
  const text = data.toString("latin1").split("\x00\x00\x00\x01");
  if (text.shift() !== "") throw new Error("no start code");
  return text.map((unit) => Buffer.from(unit.replace(/\0\0\x03/g, "\0\0"), "latin1"));
}

class Bits {
  private at = 0;

  constructor(private readonly data: Buffer) {}

  fixed(length: number): number {
    let value = 0;
    for (const end = this.at + length; this.at < end; this.at += 1)
      value = value * 2 + ((this.data.readUInt8(this.at >> 3) >> (7 - (this.at & 7))) & 1);
    return value;
  }

  ue(): number {
    let zeros = 0;
    while (this.fixed(1) === 0) zeros += 1;
    return 2 ** zeros + this.fixed(zeros) - 1;
  }

  /** From the next whole byte on. */
  bytes(length: number): Buffer {
    const from = Math.ceil(this.at / 8);
    this.at = (from + length) * 8;
    return this.data.subarray(from, from + length);
  }
}
