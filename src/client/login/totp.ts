import { createHmac } from "node:crypto";
import { ConfigurationError } from "../errors";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP_SECONDS = 30;
const DIGITS = 6;

/**
 * The secret of a two-factor set-up as bytes. Blanks, dashes, padding and letter case do not matter.
 * @throws ConfigurationError when it is not base32; the message does not repeat it.
 */
export function parseTotpSecret(secret: string): Buffer {
  const characters = secret.toUpperCase().replace(/[\s=-]/g, "");
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of characters) {
    const index = ALPHABET.indexOf(character);
    if (index < 0) throw new ConfigurationError("The two-factor secret is not base32 (letters A-Z and digits 2-7).");
    value = ((value << 5) | index) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 0xff);
    }
  }
  if (bytes.length === 0) throw new ConfigurationError("The two-factor secret is empty.");
  return Buffer.from(bytes);
}

/** The RFC 6238 code (HMAC-SHA1, 6 digits, 30 s) of a moment in epoch milliseconds. */
export function totpCode(key: Buffer, now: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 1000 / STEP_SECONDS)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const offset = digest.readUInt8(digest.length - 1) & 0x0f;
  const number = digest.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}
