import { ConfigurationError } from "../errors";

/** The headers of credentials and of the connection, which the client sets by itself. */
const OWN_HEADERS = new Set(
  "authorization cookie host content-length connection keep-alive te trailer transfer-encoding upgrade expect".split(
    " ",
  ),
);
const OWN_FAMILIES = /^(x-kvmd|proxy|sec-websocket)-/i;

/**
 * Checks a header that is sent beside the client's own. No message repeats its value: that may be secret.
 * @param free one of the client's own, in lower case, that may be set here.
 * @throws ConfigurationError for what cannot be sent, or is the client's own.
 */
export function checkHeader(name: string, value: string, free?: string): void {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new ConfigurationError("A header has a name that cannot be sent.");
  const lower = name.toLowerCase();
  if (lower !== free && (OWN_HEADERS.has(lower) || OWN_FAMILIES.test(name))) {
    throw new ConfigurationError(`The header ${name} is the client's own and cannot be set.`);
  }
  if (!/^[\t\x20-\x7e]*$/.test(value)) {
    throw new ConfigurationError(`The header ${name} has a value with characters that cannot be sent.`);
  }
}
