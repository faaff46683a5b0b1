import { ConfigurationError } from "../errors";

const BLOCK = 128;
const HEADER = "00FFFFFFFFFFFF00";
/** Where the first block counts those that follow. */
const EXTENSIONS = 126;

/**
 * An EDID as the device takes it. The device itself checks nothing but the length; a computer ignores a display that
 * is spelt wrong.
 * @param data 128 or 256 bytes, or the same as hexadecimal digits (blanks do not matter) or base64.
 * @throws ConfigurationError for what is no EDID.
 */
export function edidHex(data: string | Uint8Array): string {
  const bytes = bytesOf(data);
  const problem = problemOf(bytes);
  if (problem !== undefined) throw new ConfigurationError(`The data is not an EDID: ${problem}.`);
  return bytes.toString("hex").toUpperCase();
}

function bytesOf(data: string | Uint8Array): Buffer {
  if (typeof data !== "string") return Buffer.from(data);
  const text = data.replace(/\s+/g, "");
  return Buffer.from(text, /^[0-9a-f]*$/i.test(text) ? "hex" : "base64");
}

function problemOf(bytes: Buffer): string | undefined {
  if (bytes.length !== BLOCK && bytes.length !== 2 * BLOCK) {
    return `expected 128 or 256 bytes, as a Buffer, hexadecimal digits or base64, but it has ${bytes.length}`;
  }
  if (bytes.toString("hex", 0, 8).toUpperCase() !== HEADER) return `it does not begin with ${HEADER}`;
  if (bytes.readUInt8(EXTENSIONS) * BLOCK > bytes.length - BLOCK) return "a part of it is missing";
  for (let start = 0; start < bytes.length; start += BLOCK) {
    const sum = bytes.subarray(start, start + BLOCK).reduce((total, byte) => total + byte, 0);
    if (sum % 256 !== 0) return `the checksum of its ${start === 0 ? "first" : "second"} block is wrong`;
  }
  return undefined;
}
