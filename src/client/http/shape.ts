/** Checks that a part of an answer is what this package relies on. What a device adds besides does not matter. */
export type Shape = (value: unknown) => boolean;

/** An object with at least these parts. */
export function objectOf(parts: Record<string, Shape> = {}): Shape {
  const all = Object.entries(parts);
  return (value) => isRecord(value) && all.every(([name, fits]) => fits(value[name]));
}

export function nullOr(shape: Shape): Shape {
  return (value) => value === null || shape(value);
}

/** An object with any names and the same shape for each. */
export function recordOf(shape: Shape): Shape {
  return (value) => isRecord(value) && Object.values(value).every(shape);
}

export function listOf(shape: Shape): Shape {
  return (value) => Array.isArray(value) && value.every(shape);
}

export function optional(shape: Shape): Shape {
  return (value) => value === undefined || shape(value);
}

/** A boolean; some boards report 0 and 1 instead. */
export const flag: Shape = (value) => typeof value === "boolean" || typeof value === "number";

export const number: Shape = (value) => typeof value === "number";

export const text: Shape = (value) => typeof value === "string";

export const texts: Shape = listOf(text);

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
