/** A part of a picture, in its pixels; right and bottom are coordinates, not sizes. */
export interface Region {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** `left, top, right, bottom` in pixels, or nothing. */
export const REGION = /^\s*(\d+(\s*,\s*\d+){3})?\s*$/;

/** The region that a field holds; undefined for all of the picture, and for what is none. */
export function regionIn(text: string): Region | undefined {
  if (!REGION.test(text)) return undefined;
  const [left = 0, top = 0, right = 0, bottom = 0] = text.split(",").map(Number);
  return left < right && top < bottom ? { left, top, right, bottom } : undefined;
}

/** As a field holds it; nothing is all of the picture. */
export const textOfRegion = (region: Region | undefined): string =>
  region ? `${region.left}, ${region.top}, ${region.right}, ${region.bottom}` : "";
