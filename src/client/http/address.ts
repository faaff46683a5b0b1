import { ConfigurationError } from "../errors";
import { readAddress, type Address } from "../vocabulary";

const EXPECTED = 'Expected a host name or IP address, "host:port", or an http:// or https:// URL.';

/**
 * Understands `host`, `host:port`, `fe80::1`, `[fe80::1]:8443` and http(s) URLs with a sub-path; without a scheme it is
 * https.
 * @throws ConfigurationError when the text is none of these or contains a user name or password.
 */
export function parseAddress(text: string): Address {
  const address = readAddress(text);
  if (typeof address === "object") return address;
  if (address === "blank") throw new ConfigurationError("The device has no address.", { missing: "address" });
  if (address === "user") {
    throw new ConfigurationError(
      "The address must not contain a user name or password; they have fields of their own.",
    );
  }
  const trimmed = text.trim();
  if (address === "other") throw new ConfigurationError(`"${trimmed}" is not the address of a device. ${EXPECTED}`);
  throw new ConfigurationError(`"${withoutUserinfo(trimmed)}" is not an address. ${EXPECTED}`);
}

function withoutUserinfo(text: string): string {
  const at = text.lastIndexOf("@");
  if (at < 0) return text;
  const begin = text.slice(0, at).lastIndexOf("//");
  return (begin < 0 ? "" : text.slice(0, begin + 2)) + text.slice(at + 1);
}
