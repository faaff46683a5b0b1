/** What a part of an answer must be for this package to work with it; anything that a device adds is let through. */
export type Shape = (value: unknown) => boolean;

/** An object with at least these parts. */
export function objectOf(parts: Record<string, Shape> = {}): Shape {
  return (value) => isRecord(value) && Object.entries(parts).every(([name, fits]) => fits(value[name]));
}

export function nullOr(shape: Shape): Shape {
  return (value) => value === null || shape(value);
}

/** Some boards report 0 and 1. */
export const flag: Shape = (value) => typeof value === "boolean" || typeof value === "number";

export const number: Shape = (value) => typeof value === "number";

export const text: Shape = (value) => typeof value === "string";

export const texts: Shape = (value) => Array.isArray(value) && value.every(text);

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
