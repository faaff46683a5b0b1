export const AUTH_METHODS = ["headers", "basic", "session"] as const;
/**
 * How to prove who we are. `headers`: X-KVMD-User and X-KVMD-Passwd with each request; cannot carry a password that
 * begins or ends with a blank. `basic`: HTTP Basic, for proxies that want it; cannot carry a password with a colon.
 * `session`: log in once, then a cookie.
 */
export type AuthMethod = (typeof AUTH_METHODS)[number];

/** What openssl, browsers and our own messages write before a fingerprint. */
const PREFIX = /^sha-?256[:=\s]\s*(fingerprint=)?/i;

/**
 * The SHA-256 fingerprint of a certificate as `AB:CD:...`. It may be written in any case, with colons or blanks between
 * its digits or without, and with `sha256:` or what openssl prints before it.
 * @returns undefined for what is none.
 */
export function fingerprintIn(text: string): string | undefined {
  const digits = text.trim().replace(PREFIX, "").replace(/[:\s]/g, "");
  return /^[0-9a-f]{64}$/i.test(digits) ? digits.toUpperCase().replace(/(..)(?!$)/g, "$1:") : undefined;
}
