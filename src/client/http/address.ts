import { ConfigurationError } from "../errors";

/** Where a device is. */
export interface Address {
  secure: boolean;
  /** Without brackets for IPv6. */
  hostname: string;
  port: number;
  /** Scheme, host and port without a slash at the end, e.g. `https://pikvm.lan`. */
  origin: string;
  /** Sub-path before `/api`, without a slash at the end; usually empty. */
  path: string;
}

const EXPECTED = 'Expected a host name or IP address, "host:port", or an http:// or https:// URL.';

/**
 * Understands `host`, `host:port`, `fe80::1`, `[fe80::1]:8443` and http(s) URLs with a sub-path; without a scheme it is https.
 * @throws ConfigurationError when the text is none of these or contains a user name or password.
 */
export function parseAddress(text: string): Address {
  const trimmed = text.trim();
  if (trimmed === "") throw new ConfigurationError("The device has no address.", { code: "NOT_CONFIGURED" });
  const url = parseUrl(withScheme(trimmed));
  if (url === undefined) throw new ConfigurationError(`"${withoutUserinfo(trimmed)}" is not an address. ${EXPECTED}`);
  if (url.username !== "" || url.password !== "") {
    throw new ConfigurationError(
      "The address must not contain a user name or password; they have fields of their own.",
    );
  }
  if ((url.protocol !== "https:" && url.protocol !== "http:") || url.search !== "" || url.hash !== "") {
    throw new ConfigurationError(`"${trimmed}" is not the address of a device. ${EXPECTED}`);
  }
  const secure = url.protocol === "https:";
  return {
    secure,
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    origin: url.origin,
    path: url.pathname.replace(/\/{2,}/g, "/").replace(/\/$/, ""),
  };
}

function withScheme(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  const isBareIPv6 = /^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*$/i.test(text);
  return isBareIPv6 ? `https://[${text}]` : `https://${text}`;
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function withoutUserinfo(text: string): string {
  return text.replace(/^(.*\/\/)?.*@/, "$1");
}
