/** kvmd's parameter checks with its messages, misspelled as they are. `undefined` is a missing parameter. */
import { ValidatorError } from "./errors";
import { isPrintable, repr, reprList } from "./python";
import { BLANKS, parseFloatingPoint, parseHex, parseInteger, showFloat, strip } from "./python-numbers";

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
  const value = limited(raw, limit);
  return value === undefined ? missing(name) : strip(value);
}

export function nonEmptyString(raw: Raw, name = "not empty stripped string", limit = 4096): string {
  const value = strippedString(raw, name, limit);
  return value === "" ? missing(name) : value;
}

/** kvmd looks at the first line only, whatever follows it. @param pattern - Without anchors. */
function matching(raw: Raw, name: string, pattern: RegExp, limit: number): string {
  const value = strippedString(raw, name, limit);
  return firstLineIs(value, pattern) ? value : invalid(value, name);
}

function firstLineIs(value: string, { source, flags }: RegExp): boolean {
  return new RegExp(`^(?:${source})(?=\\n|$)`, flags).test(value);
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

/** An empty one counts as missing. */
export function bool(raw: Raw): boolean {
  const NAME = "bool (['1', 'true', 'yes'] or ['0', 'false', 'no'])";
  const value = oneOf(nonEmptyString(raw, NAME, SCALAR_LIMIT), NAME, ["1", "true", "yes", "0", "false", "no"]);
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
  const number = (/^0x/i.test(value) ? parseHex(value.slice(2)) : parseInteger(value)) ?? invalid(value, name);
  return within(Number(number), String(number), name, min, max);
}

export function float(raw: Raw, { name = "float", min, max, limit = SCALAR_LIMIT }: Range = {}): number {
  const value = nonEmptyString(raw, name, limit);
  const number = parseFloatingPoint(value) ?? invalid(value, name);
  return within(number, showFloat(number), name, min, max);
}

/** What is not a number is neither too small nor too large. */
function within(number: number, shown: string, name: string, min = -Infinity, max = Infinity): number {
  if (number < min)
    throw new ValidatorError(`The argument '${shown}' must be ${name} and greater or equial than ${min}`);
  if (number > max) throw new ValidatorError(`The argument '${shown}' must be ${name} and lesser or equal then ${max}`);
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
  const NAME = "GPIO channel";
  const value = matching(raw, NAME, /[a-z_][a-z0-9_.-]*/i, 512);
  return value.length > 255 ? invalid(value, NAME) : value;
}

export function streamQuality(raw: Raw): number {
  return int(raw, { name: "stream quality", min: 1, max: 100 });
}

/** @returns `1280x720` */
export function streamResolution(raw: Raw): string {
  const NAME = "stream resolution";
  const value = nonEmptyString(raw, NAME, 32);
  const [width, height, ...more] = value.split("x");
  if (height === undefined || more.length > 0) invalid(value, NAME);
  return `${int(width, { name: `${NAME} (width)`, min: 1 })}x${int(height, { name: `${NAME} (height)`, min: 1 })}`;
}

/**
 * A place on the chain: an index from 0, or `unit.port` from 1, cut to what a chain can have. kvmd takes the parts from
 * the number as it prints it, and breaks where that is not two of them. @returns The index.
 */
export function switchPort(raw: Raw, perUnit: number, units: number): number {
  const value = float(raw, { min: 0 });
  if (Number.isInteger(value)) return value;
  const [, ...parts] = /^(\d+)\.(\d+)$/.exec(showFloat(value)) ?? [];
  const [unit, port] = parts.map(Number);
  if (unit === undefined || port === undefined) throw new Error("not a port");
  return (Math.min(Math.max(unit, 1), units) - 1) * perUnit + Math.min(Math.max(port, 1), perUnit) - 1;
}

export function edidId(raw: Raw, { allowDefault }: { allowDefault: boolean }): string {
  const pattern = allowDefault ? /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|default/i : UUID;
  return matching(raw, "switch EDID ID", pattern, 64).toLowerCase();
}

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** One block of 128 bytes, or two. */
export function edidData(raw: Raw): string {
  const value = strippedString(raw, "switch EDID data", 1024).replace(BLANKS, "");
  return /^([0-9a-f]{256}){1,2}$/i.test(value) ? value.toUpperCase() : invalid(value, "switch EDID data");
}

/** `RRGGBB:brightness:blink`, all in hex; undefined stands for `default`. */
export function switchColor(raw: Raw): readonly [number, number, number, number, number] | undefined {
  const value = matching(raw, "switch color", /[0-9a-f]{6}:[0-9a-f]{2}:[0-9a-f]{4}|default/i, 64);
  const [, ...parts] = /^(..)(..)(..):(..):(....)/.exec(value) ?? [];
  const [red, green, blue, brightness, blink] = parts.map((hex) => parseInt(hex, 16));
  if (red === undefined || green === undefined || blue === undefined) return undefined;
  return [red, green, blue, brightness ?? 0, blink ?? 0];
}

/** Never wrong, only shortened. */
export function portName(raw: Raw): string {
  const clean = Array.from(strippedString(raw, "switch port name", 512)).map((character) =>
    isPrintable(character) ? character : " ",
  );
  return strip(clean.slice(0, 255).join("").replace(BLANKS, " "));
}

export function user(raw: Raw): string {
  return matching(raw, "username characters", /[a-z_]([a-z0-9@._-]*[a-z0-9_-])?/, 128);
}

export function passwd(raw: string): string {
  limited(raw, 512);
  return /^[\x20-\x7e]*$/.test(raw) ? raw : invalidHidden("passwd characters");
}

export function authToken(raw: string): string {
  const value = strippedString(raw, "auth token", 128);
  return firstLineIs(value, /[0-9a-f]{64}/) ? value : invalidHidden("auth token");
}

export function imageName(raw: Raw): string {
  const NAME = "MSD image name";
  const whole = strippedString(raw);
  const parts = whole.split("/").filter((part) => part !== "");
  if (parts.length === 0) invalid(whole, NAME);
  return parts.map((part) => fileName(part, NAME)).join("/");
}

function fileName(raw: Raw, name: string): string {
  const value = nonEmptyString(raw, name, 512);
  if (value.includes("/") || value.startsWith(".") || value.includes("\0") || value === "lost+found")
    invalid(value, name);
  const printable = Array.from(value).map((character) => (isPrintable(character) ? character : "_"));
  return printable.slice(0, 255).join("");
}

/** Very little is looked at. Python names the two in any order. */
export function url(raw: Raw): string {
  const NAME = "HTTP|HTTPS URL";
  const value = strippedString(raw, NAME);
  return /^https?:\/\/[[\p{L}\p{N}_]/iu.test(value) ? value : invalid(value, NAME);
}

/** A file's name; whether there is such a keymap is looked at afterwards. */
export function keymap(raw: Raw): string {
  return fileName(raw, "keymap");
}

export function noKeymap(name: string): never {
  return invalid(name, "keymap");
}
