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

/**
 * Why a text is not the address of a device. `other`: an address, but with a query, a fragment or a scheme of its own.
 */
export type AddressProblem = "blank" | "unreadable" | "user" | "other";

/**
 * Understands `host`, `host:port`, `fe80::1`, `[fe80::1]:8443` and http(s) URLs with a sub-path; without a scheme it is
 * https. A user, a password, a query or a fragment is no part of it.
 */
export function readAddress(text: string): Address | AddressProblem {
  const trimmed = text.trim();
  if (trimmed === "") return "blank";
  const url = parsed(withScheme(trimmed));
  if (url === undefined) return "unreadable";
  if (url.username !== "" || url.password !== "") return "user";
  if ((url.protocol !== "https:" && url.protocol !== "http:") || url.search !== "" || url.hash !== "") return "other";
  const secure = url.protocol === "https:";
  return {
    secure,
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    origin: url.origin,
    path: url.pathname.replace(/\/{2,}/g, "/").replace(/\/$/, ""),
  };
}

/** Whether nothing is encrypted on the way to an address. */
export function isPlain(text: string): boolean {
  const address = readAddress(text);
  return typeof address === "object" && !address.secure;
}

function withScheme(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  const isBareIPv6 = /^[0-9a-f:.]+$/i.test(text) && text.split(":").length > 2;
  return isBareIPv6 ? `https://[${text}]` : `https://${text}`;
}

/** Blanks and line breaks would be left out or encoded without a word. */
function parsed(text: string): URL | undefined {
  if (/\s/.test(text)) return undefined;
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
