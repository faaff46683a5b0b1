import { APIError, ConfigurationError } from "../errors";

const HIDDEN = "***";

/** Where a device may download an image. @throws ConfigurationError for what is no web address. */
export function addressOf(url: string): URL {
  const address = URL.canParse(url.trim()) ? new URL(url.trim()) : undefined;
  if (address?.protocol === "http:" || address?.protocol === "https:") return address;
  throw new ConfigurationError("The device can download from http:// and https:// addresses only.");
}

/**
 * A device's error about an address, without the password that the address holds.
 * @param mark a fragment that was added to it.
 */
export function withoutPassword(error: unknown, { password }: URL, mark = ""): unknown {
  if (!(error instanceof APIError)) return error;
  const hidden = (text: string) => {
    const unmarked = mark === "" ? text : text.replaceAll(`#${mark}`, "");
    return password === "" ? unmarked : unmarked.replaceAll(password, HIDDEN).replaceAll(decoded(password), HIDDEN);
  };
  const { message, code, statusCode, error: name, errorMsg, outcome } = error;
  if (hidden(message + errorMsg) === message + errorMsg) return error;
  // Not a copy, which would keep the address in its stack.
  const copy = new APIError(hidden(message), { statusCode, error: name, errorMsg: hidden(errorMsg) }, { code });
  return outcome === undefined ? copy : Object.assign(copy, { outcome });
}

function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
