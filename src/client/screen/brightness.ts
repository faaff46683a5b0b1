import type { JpegBits } from "./jpeg-bits";
import { damaged, openJpeg, unusable, type Component, type JpegHead } from "./jpeg-head";

/** How bright a picture is, block by block: a grey picture of an eighth of its size. */
export interface Brightness {
  columns: number;
  rows: number;
  /** Row by row, in eighths of a level; black and white are 255 levels apart. */
  values: Int32Array;
  /** The smallest difference that this picture can have, in the same unit. */
  step: number;
}

/** Pixels of a block's side. */
export const BLOCK = 8;
/** The blocks of a picture of 8192 x 8192 pixels. */
const MAX_BLOCKS = 1024 * 1024;
const END_OF_BLOCK = 0;
const LONGEST_NUMBER = 11;

/**
 * The brightness of a JPEG. Of each block only the average is read: that takes much less time than decoding it, and is
 * enough to compare pictures.
 * @throws as `openJpeg`.
 */
export function brightnessOf(jpeg: Uint8Array): Brightness {
  const { head, bits } = openJpeg(jpeg);
  const [first] = head.components;
  if (!first) throw damaged();
  const columns = Math.ceil(head.width / BLOCK);
  const rows = Math.ceil(head.height / BLOCK);
  if (columns * rows > MAX_BLOCKS) throw unusable("it is too large");
  const values = new Int32Array(columns * rows);
  readBlocks(bits, head, (column, row, average) => {
    // At the edges there are some blocks too many.
    if (column < columns && row < rows) values[row * columns + column] = average * first.step;
  });
  return { columns, rows, values, step: first.step };
}

/** Calls back with the average of each block of the first component, which is the brightness. */
function readBlocks(
  bits: JpegBits,
  { width, height, components, restartInterval }: JpegHead,
  onBlock: (column: number, row: number, average: number) => void,
): void {
  const blocks = groupOf(components);
  const [across, down] = [Math.max(...blocks.map(({ x }) => x)) + 1, Math.max(...blocks.map(({ y }) => y)) + 1];
  const groupsAcross = Math.ceil(width / (across * BLOCK));
  const groups = groupsAcross * Math.ceil(height / (down * BLOCK));
  let average = 0;
  for (let group = 0; group < groups; group += 1) {
    if (restartInterval > 0 && group > 0 && group % restartInterval === 0) {
      if (!bits.restart()) throw damaged();
      average = 0;
    }
    const left = (group % groupsAcross) * across;
    const top = Math.floor(group / groupsAcross) * down;
    for (const { component, isFirst, x, y } of blocks) {
      const difference = readBlock(bits, component);
      if (!isFirst) continue;
      average += difference;
      onBlock(left + x, top + y, average);
    }
    if (bits.isOverrun) throw damaged();
  }
}

/** The blocks of all components that are stored together, in their order. */
function groupOf(components: Component[]): { component: Component; isFirst: boolean; x: number; y: number }[] {
  const [first] = components;
  if (components.some(({ across, down }) => across > (first?.across ?? 0) || down > (first?.down ?? 0)))
    throw unusable("it has less of the brightness than of the colours");
  return components.flatMap((component) => {
    const isFirst = component === first;
    // A single component is not grouped, whatever it says.
    const { across, down } = components.length === 1 ? { across: 1, down: 1 } : component;
    return Array.from({ length: across * down }, (_, index) => {
      return { component, isFirst, x: index % across, y: Math.floor(index / across) };
    });
  });
}

/** Reads a block to its end. @returns by how much its average differs from that of the block before. */
function readBlock(bits: JpegBits, { dc, ac }: Component): number {
  const length = bits.symbol(dc);
  if (length === undefined || length > LONGEST_NUMBER) throw damaged();
  const difference = bits.number(length);
  for (let place = 1; place < BLOCK * BLOCK; place += 1) {
    const symbol = bits.symbol(ac);
    if (symbol === undefined) throw damaged();
    if (symbol === END_OF_BLOCK) break;
    // The symbol says how many zeros come next, and how many bits the number behind them has.
    place += symbol >> 4;
    bits.skip(symbol & 15);
  }
  return difference;
}
