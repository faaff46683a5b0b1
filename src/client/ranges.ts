import { ConfigurationError } from "./errors";

/** What a number may be. */
export interface Range {
  min: number;
  max: number;
  /** Appended in messages, with a blank: ` s`. Default none. */
  unit?: string;
}

/**
 * @throws ConfigurationError for what is not a number within the range; devices clamp or ignore such values without a
 * word.
 */
export function inRange(name: string, value: number, { min, max, unit = "" }: Range): number {
  if (value >= min && value <= max && Number.isFinite(value)) return value;
  const range = max === Infinity ? `at least ${min}${unit}` : `${min} to ${max}${unit}`;
  throw new ConfigurationError(`${name} ${value}${unit} is out of range: ${range}.`);
}

/** @throws ConfigurationError for what is not a whole number within the range. */
export function integerIn(name: string, value: number, range: Range): number {
  if (Number.isInteger(value)) return inRange(name, value, range);
  throw new ConfigurationError(`${name} ${value} is not a whole number.`);
}

/** @throws ConfigurationError for what is not one of the names. */
export function oneOf<T extends string>(name: string, value: string, names: readonly T[]): T {
  const known = names.find((candidate) => candidate === value);
  if (known !== undefined) return known;
  throw new ConfigurationError(`${name} "${value}" is not known. Expected one of: ${names.join(", ")}.`);
}
