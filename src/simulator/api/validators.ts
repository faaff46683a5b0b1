/** kvmd's parameter checks with its messages, misspelled as they are. `undefined` is a missing parameter. */
import { ValidatorError } from "./errors";
import { isPrintable, repr, reprList } from "./python";

type Raw = string | undefined;

const SCALAR_LIMIT = 16;

function invalid(value: string, name: string): never {
  throw new ValidatorError(`The argument ${repr(value)} is not a valid ${name}`);
}

/** The value is a secret and not repeated. */
function invalidHidden(name: string): never {
  throw new ValidatorError(`The argument is not a valid ${name}`);
}

function missing(name: string): never {
  throw new ValidatorError(`None argument is not a valid ${name}`);
}

function limited(raw: Raw, limit: number): Raw {
  if (raw !== undefined && Array.from(raw).length > limit) throw new ValidatorError("RAW limit exceed");
  return raw;
}

/** Trimmed; may be empty. */
function strippedString(raw: Raw, name = "stripped string", limit = 4096): string {
  return limited(raw, limit)?.trim() ?? missing(name);
}

export function nonEmptyString(raw: Raw, name = "not empty stripped string", limit = 4096): string {
  const value = strippedString(raw, name, limit);
  return value === "" ? missing(name) : value;
}

export function oneOf<T extends string>(raw: Raw, name: string, allowed: readonly T[], limit = SCALAR_LIMIT): T {
  const value = strippedString(raw, name, limit).toLowerCase();
  return allowed.find((variant) => variant === value) ?? invalid(value, name);
}

/** Key names: compared as they are. */
export function exactlyOneOf(raw: Raw, name: string, allowed: ReadonlySet<string>, limit = SCALAR_LIMIT): string {
  const value = strippedString(raw, name, limit);
  return allowed.has(value) ? value : invalid(value, name);
}

export function bool(raw: Raw): boolean {
  const value = oneOf(raw, "bool (['1', 'true', 'yes'] or ['0', 'false', 'no'])", [
    "1",
    "true",
    "yes",
    "0",
    "false",
    "no",
  ]);
  return ["1", "true", "yes"].includes(value);
}

export function boolOr(raw: Raw, fallback: boolean): boolean {
  return raw === undefined ? fallback : bool(raw);
}

/** A parameter that may be absent, but not wrong. */
export function optional<T>(raw: Raw, check: (value: string) => T): T | undefined {
  return raw === undefined ? undefined : check(raw);
}

interface Range {
  name?: string;
  min?: number;
  max?: number;
  limit?: number;
}

export function int(raw: Raw, { name = "int", min, max, limit = SCALAR_LIMIT }: Range = {}): number {
  const value = nonEmptyString(raw, name, limit);
  if (!/^[+-]?(\d+|0x[\da-f]+)$/i.test(value)) invalid(value, name);
  const number = value.startsWith("-") ? -Number(value.slice(1)) : Number(value.replace("+", ""));
  return within(number, String(number), name, min, max);
}

export function float(raw: Raw, { name = "float", min, max, limit = SCALAR_LIMIT }: Range = {}): number {
  const value = nonEmptyString(raw, name, limit);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) invalid(value, name);
  const number = Number(value);
  return within(number, Number.isInteger(number) ? `${number}.0` : String(number), name, min, max);
}

function within(number: number, shown: string, name: string, min?: number, max?: number): number {
  if (min !== undefined && number < min)
    throw new ValidatorError(`The argument '${shown}' must be ${name} and greater or equial than ${min}`);
  if (max !== undefined && number > max)
    throw new ValidatorError(`The argument '${shown}' must be ${name} and lesser or equal then ${max}`);
  return number;
}

/** Mouse values are cut to their range in silence. */
export function clampedInt(raw: Raw, name: string, min: number, max: number): number {
  return Math.min(max, Math.max(min, int(raw, { name, limit: 8 })));
}

/** One value separated by commas, blanks or tabs; may be empty. */
export function list(raw: Raw, name: string, check: (item: string) => string, limit = 4096): string[] {
  const items = strippedString(raw, name, limit)
    .split(/[,\t ]+/)
    .filter((item) => item !== "");
  try {
    return items.map(check);
  } catch {
    throw new ValidatorError(`Failed sub-validator on one of the item of ${reprList(items)}`);
  }
}

export function gpioChannel(raw: Raw): string {
  const value = nonEmptyString(raw, "GPIO channel", 512);
  return /^[a-z_][a-z0-9_.-]{0,254}$/i.test(value) ? value : invalid(value, "GPIO channel");
}

/** @returns `1280x720` */
export function streamResolution(raw: Raw): string {
  const NAME = "stream resolution";
  const value = strippedString(raw, NAME, 32);
  const [, width, height] = /^(\d+)x(\d+)$/.exec(value) ?? invalid(value, NAME);
  return `${int(width, { name: `${NAME} (width)`, min: 1 })}x${int(height, { name: `${NAME} (height)`, min: 1 })}`;
}

/** A place on the chain: an index from 0, or `unit.port` from 1. @returns The index. */
export function switchPort(raw: Raw, perUnit: number, units: number): number {
  const value = float(raw, { min: 0 });
  if (Number.isInteger(value)) return value;
  const unit = Math.min(Math.max(Math.floor(value), 1), units);
  const port = Math.min(Math.max(Math.round((value % 1) * 10), 1), perUnit);
  return (unit - 1) * perUnit + port - 1;
}

export function edidId(raw: Raw, { allowDefault }: { allowDefault: boolean }): string {
  const value = strippedString(raw, "switch EDID ID", 64).toLowerCase();
  const known = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value) || (allowDefault && value === "default");
  return known ? value : invalid(value, "switch EDID ID");
}

/** One block of 128 bytes, or two. */
export function edidData(raw: Raw): string {
  const value = strippedString(raw, "switch EDID data", 1024).replace(/\s/g, "");
  return /^([0-9a-f]{256}){1,2}$/i.test(value) ? value.toUpperCase() : invalid(value, "switch EDID data");
}

/** `RRGGBB:brightness:blink`, all in hex; undefined stands for `default`. */
export function switchColor(raw: Raw): readonly [number, number, number, number, number] | undefined {
  const value = strippedString(raw, "switch color", 64);
  if (value.toLowerCase() === "default") return undefined;
  const [, ...parts] = /^(..)(..)(..):(..):(....)$/.exec(value) ?? [];
  const [red, green, blue, brightness, blink] = parts.map((hex) =>
    /^[0-9a-f]+$/i.test(hex) ? parseInt(hex, 16) : NaN,
  );
  const all = [red ?? NaN, green ?? NaN, blue ?? NaN, brightness ?? NaN, blink ?? NaN] as const;
  return all.some(Number.isNaN) ? invalid(value, "switch color") : all;
}

/** Never wrong, only shortened. */
export function portName(raw: Raw): string {
  const clean = Array.from(limited(raw, 512) ?? "").map((character) => (isPrintable(character) ? character : " "));
  return clean.slice(0, 255).join("").replace(/\s+/g, " ").trim();
}

export function user(raw: Raw): string {
  const value = strippedString(raw, "username characters", 128);
  return /^[a-z_]([a-z0-9@._-]*[a-z0-9_-])?$/.test(value) ? value : invalid(value, "username characters");
}

export function passwd(raw: string): string {
  limited(raw, 512);
  return /^[\x20-\x7e]*$/.test(raw) ? raw : invalidHidden("passwd characters");
}

export function authToken(raw: string): string {
  limited(raw, 128);
  return /^[0-9a-f]{64}$/.test(raw.trim()) ? raw.trim() : invalidHidden("auth token");
}

export function imageName(raw: Raw): string {
  const NAME = "MSD image name";
  const whole = strippedString(raw);
  const parts = whole.split("/").filter((part) => part !== "");
  if (parts.length === 0) invalid(whole, NAME);
  return parts.map((part) => fileName(part, NAME)).join("/");
}

function fileName(raw: string, name: string): string {
  const value = nonEmptyString(raw, name, 512);
  if (value.startsWith(".") || value.includes("\0") || value === "lost+found") invalid(value, name);
  const printable = Array.from(value).map((character) => (isPrintable(character) ? character : "_"));
  return printable.slice(0, 255).join("");
}

export function url(raw: Raw): string {
  const NAME = "HTTP|HTTPS URL";
  const value = nonEmptyString(raw, NAME);
  return /^https?:\/\/[[\w]+\S*$/i.test(value) && URL.canParse(value) ? value : invalid(value, NAME);
}
