import { GLYPH_HEIGHT, GLYPH_WIDTH, hasDot } from "./font";
import { encodeJpeg, type Raster } from "./jpeg";

/** A text screen; lines may be shorter and fewer. */
const COLUMNS = 80;
export const ROWS = 25;

const INK = 200;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Left and top are inside, right and bottom are not. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Light text on black, in the middle of the picture as a monitor shows a text mode. */
export function drawn(lines: readonly string[], size: Size): Raster {
  const pixels = new Uint8Array(size.width * size.height);
  const cell = cellOf(size);
  const scale = {
    x: Math.max(1, Math.floor(cell.width / (GLYPH_WIDTH + 2))),
    y: Math.max(1, Math.floor(cell.height / (GLYPH_HEIGHT + 2))),
  };
  for (const [row, line] of lines.slice(0, ROWS).entries())
    for (const [column, character] of Array.from(line).slice(0, COLUMNS).entries()) {
      const left = cell.left + column * cell.width + scale.x;
      const top = cell.top + row * cell.height + scale.y;
      for (let y = 0; y < GLYPH_HEIGHT; y += 1)
        for (let x = 0; x < GLYPH_WIDTH; x += 1) {
          if (!hasDot(character, x, y)) continue;
          const from = left + x * scale.x;
          for (let line = top + y * scale.y; line < top + (y + 1) * scale.y; line += 1)
            pixels.fill(INK, line * size.width + from, line * size.width + from + scale.x);
        }
    }
  return { ...size, pixels };
}

/** Each pixel the average of what it stands for. */
export function shrunk({ width, height, pixels }: Raster, to: Size): Raster {
  const result = new Uint8Array(to.width * to.height);
  for (let y = 0; y < to.height; y += 1)
    for (let x = 0; x < to.width; x += 1) {
      const [left, right] = [Math.floor((x * width) / to.width), Math.ceil(((x + 1) * width) / to.width)];
      const [top, bottom] = [Math.floor((y * height) / to.height), Math.ceil(((y + 1) * height) / to.height)];
      let sum = 0;
      for (let row = top; row < bottom; row += 1)
        for (let column = left; column < right; column += 1) sum += pixels[row * width + column] ?? 0;
      result[y * to.width + x] = Math.round(sum / ((right - left) * (bottom - top)));
    }
  return { ...to, pixels: result };
}

/** What can be read in a part of the picture: the characters whose middle lies in it. */
export function textIn(lines: readonly string[], size: Size, box: Box): string {
  const cell = cellOf(size);
  const inside = (from: number, index: number, step: number, low: number, high: number): boolean => {
    const middle = from + (index + 0.5) * step;
    return middle >= low && middle < high;
  };
  const read = lines
    .filter((_, row) => inside(cell.top, row, cell.height, box.top, box.bottom))
    .map((line) =>
      Array.from(line)
        .filter((_, column) => inside(cell.left, column, cell.width, box.left, box.right))
        .join("")
        .trim(),
    );
  const text = read.join("\n").replace(/\n{3,}/g, "\n\n").trim(); // prettier-ignore
  return text === "" ? "" : `${text}\n`;
}

/** One picture is asked for many times, also while other devices of this process show others. */
const recent = new Map<string, Buffer>();
/** The one that was not asked for the longest goes first. */
const KEPT = 8;

export function jpegOf(lines: readonly string[], size: Size, quality: number): Buffer {
  const key = JSON.stringify([lines, size.width, size.height, quality]);
  const jpeg = recent.get(key) ?? encodeJpeg(drawn(lines, size), quality);
  recent.delete(key);
  recent.set(key, jpeg);
  const [oldest] = recent.keys();
  if (recent.size > KEPT && oldest !== undefined) recent.delete(oldest);
  return jpeg;
}

function cellOf({ width, height }: Size): Size & { left: number; top: number } {
  const cell = { width: Math.floor(width / COLUMNS), height: Math.floor(height / ROWS) };
  return {
    ...cell,
    left: Math.floor((width - cell.width * COLUMNS) / 2),
    top: Math.floor((height - cell.height * ROWS) / 2),
  };
}
