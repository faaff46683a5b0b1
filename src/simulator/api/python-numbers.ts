/** What Python takes for a blank and for a number, and how it prints one: neither is as in JavaScript. */

/** As `str.isspace()` and the `\s` of its expressions have it. */
const BLANK = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const ENDS = new RegExp(`^${BLANK}+|${BLANK}+$`, "g");
export const BLANKS = new RegExp(`${BLANK}+`, "g");

const DIGITS = "\\d+(?:_\\d+)*";
const DECIMAL = new RegExp(`^[+-]?${DIGITS}$`);
const HEX = /^([+-]?)(?:0x_?)?([\da-f]+(?:_[\da-f]+)*)$/i;
const FLOAT = new RegExp(`^[+-]?(?:${DIGITS}\\.?(?:${DIGITS})?|\\.${DIGITS})(?:e[+-]?${DIGITS})?$`, "i");
const NAMED = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i;

/** As `text.strip()`. */
export function strip(text: string): string {
  return text.replace(ENDS, "");
}

/** As `int(text)`. @returns undefined where that fails. */
export function parseInteger(text: string): bigint | undefined {
  const plain = withAsciiDigits(strip(text));
  return DECIMAL.test(plain) ? BigInt(bare(plain.replace("+", ""))) : undefined;
}

/** As `int(text, 16)`. @returns undefined where that fails. */
export function parseHex(text: string): bigint | undefined {
  const [, sign, digits] = HEX.exec(withAsciiDigits(strip(text))) ?? [];
  if (digits === undefined) return undefined;
  const value = BigInt(`0x${bare(digits)}`);
  return sign === "-" ? -value : value;
}

/** As `float(text)`. @returns undefined where that fails. */
export function parseFloatingPoint(text: string): number | undefined {
  const plain = withAsciiDigits(strip(text));
  const named = NAMED.exec(plain);
  if (named !== null) return named[2] === undefined ? NaN : named[1] === "-" ? -Infinity : Infinity;
  return FLOAT.test(plain) ? Number(bare(plain)) : undefined;
}

/** As `str(float)`. */
export function showFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (Object.is(value, -0)) return "-0.0";
  const [mantissa = "", power = ""] = value.toExponential().split("e");
  const exponent = Number(power);
  if (value !== 0 && (exponent < -4 || exponent >= 16))
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  // Within these bounds JavaScript writes no exponent but for the smallest.
  const plain = exponent < 0 ? value.toFixed(mantissa.replace(/[-.]/g, "").length - 1 - exponent) : String(value);
  return Number.isInteger(value) ? `${plain}.0` : plain;
}

function bare(digits: string): string {
  return digits.replaceAll("_", "");
}

/** The digits of every script count; each script's stand in a row from zero to nine. */
function withAsciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    let first = code;
    while (/^\p{Nd}$/u.test(String.fromCodePoint(first - 1))) first -= 1;
    return String((code - first) % 10);
  });
}
