export const TEXT_MODES = ["plain", "regex", "tolerant"] as const;
/** How a text is looked for. */
export type TextMode = (typeof TEXT_MODES)[number];

/** The edges of a part of a picture, in the order in which they are written. */
export const EDGES = ["left", "top", "right", "bottom"] as const;
export type Edge = (typeof EDGES)[number];

/** A part of a picture, in its pixels; right and bottom are coordinates, not sizes. */
export type Region = Record<Edge, number>;

const REGION = /^\s*(\d+(\s*,\s*\d+){3})?\s*$/;

/** Whether a text is `left, top, right, bottom` in pixels, or blank, which means all of the picture. */
export function isRegionText(text: string): boolean {
  return REGION.test(text);
}

/** The region that a text describes; undefined for all of the picture, for an empty region and for what is none. */
export function regionIn(text: string): Region | undefined {
  if (!isRegionText(text)) return undefined;
  const [left = 0, top = 0, right = 0, bottom = 0] = text.split(",").map(Number);
  return left < right && top < bottom ? { left, top, right, bottom } : undefined;
}

/** A region as `regionIn` reads it; blank for all of the picture. */
export function textOfRegion(region: Region | undefined): string {
  return region ? EDGES.map((edge) => region[edge]).join(", ") : "";
}
