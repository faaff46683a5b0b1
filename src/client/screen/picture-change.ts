import { BLOCK, brightnessOf, type Brightness } from "./brightness";
import type { OcrOptions } from "../video/snapshot";

export type Region = NonNullable<OcrOptions["region"]>;

/** Levels, of 255, by which the brightness of a block differs from picture to picture although nothing has changed. */
const NOISE = 4;
/** A level in the unit of a `Brightness`. */
const LEVEL = 8;

/** A picture with what is compared of it. */
export interface ComparedPicture {
  image: Buffer;
  brightness: Brightness;
}

/**
 * Reads what is compared of a picture.
 * @param before the picture before: when the device has sent the same one again, it need not be read again.
 * @throws as `brightnessOf`.
 */
export function comparedPicture(image: Buffer, before?: ComparedPicture): ComparedPicture {
  return before?.image.equals(image) ? before : { image, brightness: brightnessOf(image) };
}

/**
 * How much of the picture differs: percent of its blocks, or of those in the region, which is in pixels. A picture of
 * another size differs in all of it.
 */
export function changeBetween(one: ComparedPicture, other: ComparedPicture, region: Region = {}): number {
  if (one === other) return 0;
  const [{ columns, rows, values, step }, { values: others }] = [one.brightness, other.brightness];
  if (columns !== other.brightness.columns || rows !== other.brightness.rows) return 100;
  const tolerance = Math.max(NOISE * LEVEL, step, other.brightness.step);
  const [left, right] = blocksFrom(region.left, region.right, columns);
  const [top, bottom] = blocksFrom(region.top, region.bottom, rows);
  let changed = 0;
  for (let row = top; row < bottom; row += 1)
    for (let at = row * columns + left; at < row * columns + right; at += 1)
      if (Math.abs((values[at] ?? 0) - (others[at] ?? 0)) > tolerance) changed += 1;
  const all = (right - left) * (bottom - top);
  return all > 0 ? (100 * changed) / all : 0;
}

/** The blocks between two edges; one that is only partly between them counts. */
function blocksFrom(from = 0, to = Infinity, count: number): [from: number, to: number] {
  return [Math.min(Math.floor(from / BLOCK), count), Math.min(Math.ceil(to / BLOCK), count)];
}
