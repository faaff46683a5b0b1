import { createHmac } from "node:crypto";

const STEP_MS = 30_000;

/** RFC 6238 as kvmd uses it: SHA-1, six digits, the neighbouring steps count too, and a code may be used again. */
export function acceptsCode(secret: string, code: string, wallMs: number): boolean {
  return [-1, 0, 1].some((step) => totpCode(secret, wallMs + step * STEP_MS) === code);
}

export function totpCode(secret: string, wallMs: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(wallMs / STEP_MS)));
  const digest = createHmac("sha1", base32(secret)).update(counter).digest();
  const offset = digest.readUInt8(digest.length - 1) & 0x0f;
  const number = digest.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

function base32(text: string): Buffer {
  const digits = Array.from(text.toUpperCase().replace(/[\s=]/g, "")).map((character) => {
    const value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(character);
    if (value < 0) throw new Error("The TOTP secret is not base32");
    return value.toString(2).padStart(5, "0");
  });
  const bytes = digits.join("").match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((bits) => parseInt(bits, 2)));
}
