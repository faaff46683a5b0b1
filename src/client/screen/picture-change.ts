import { BLOCK, brightnessOf, type Brightness } from "./brightness";
import type { OcrOptions } from "../video/snapshot";

export type Region = NonNullable<OcrOptions["region"]>;

/** Levels (of 255) by which the brightness of a block differs from picture to picture though nothing has changed. */
const NOISE = 4;
/** Of the unit of a `Brightness`. */
const LEVEL = 8;

/** A picture that others are compared with. */
export interface Look {
  image: Buffer;
  brightness: Brightness;
}

/** @param before the look before: the brightness of the same picture is known. @throws as `brightnessOf`. */
export function lookAt(image: Buffer, before?: Look): Look {
  return before?.image.equals(image) ? before : { image, brightness: brightnessOf(image) };
}

/** How much of the picture differs: percent of its blocks, or of those of the region (pixels). Another size is all of it. */
export function changeBetween(one: Look, other: Look, region: Region = {}): number {
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

/** The blocks from one edge to the other, also those of which only a part is inside. */
function blocksFrom(from = 0, to = Infinity, count: number): [from: number, to: number] {
  return [Math.min(Math.floor(from / BLOCK), count), Math.min(Math.ceil(to / BLOCK), count)];
}
