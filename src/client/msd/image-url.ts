import { APIError, ConfigurationError } from "../errors";

const HIDDEN = "***";

/** Where a device may download an image. @throws ConfigurationError for what is no web address. */
export function addressOf(url: string): URL {
  const address = URL.canParse(url.trim()) ? new URL(url.trim()) : undefined;
  if (address?.protocol === "http:" || address?.protocol === "https:") return address;
  throw new ConfigurationError("The device can download from http:// and https:// addresses only.");
}

/** The last part of its path. @throws ConfigurationError when there is none. */
export function nameIn({ pathname }: URL): string {
  const last = pathname.split("/").at(-1) ?? "";
  if (last === "") throw new ConfigurationError("The URL ends without a file's name: give the image one.");
  return decoded(last);
}

/** A device's error about an address, without the password that the address holds. */
export function withoutPassword(error: unknown, { password }: URL): unknown {
  if (!(error instanceof APIError) || password === "") return error;
  const hidden = (text: string) => text.replaceAll(password, HIDDEN).replaceAll(decoded(password), HIDDEN);
  const { message, code, statusCode, error: name, errorMsg } = error;
  if (hidden(message + errorMsg) === message + errorMsg) return error;
  return new APIError(hidden(message), { statusCode, error: name, errorMsg: hidden(errorMsg) }, { code });
}

function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
