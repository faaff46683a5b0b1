import { Readable } from "node:stream";
import { ConfigurationError } from "../client";

/** A result as JSON: bytes become Base64. @throws ConfigurationError for one that comes as a stream. */
export function resultAsJson(result: object): unknown {
  for (const value of Object.values(result)) {
    if (!(value instanceof Readable)) continue;
    value.on("error", () => undefined).destroy();
    throw new ConfigurationError("A stream cannot be sent over MQTT: choose another form of result.");
  }
  return plain(result);
}

/** The same without what JSON would spell out byte by byte. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}
