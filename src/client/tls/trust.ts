import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { readOwnCertificates, type ClientCertificate } from "./client-certificate";
import { ConfigurationError, ConnectError } from "../errors";
import { fingerprintIn } from "../vocabulary";

/** Authorities of one's own, and how the device's certificate is checked. */
export interface CertificateTrust extends ClientCertificate {
  /** In PEM. Default: those that the system knows. */
  ca?: string | Buffer | (string | Buffer)[];
  /** Name to expect in the certificate instead of the address's host name. */
  servername?: string;
  /** When false, any certificate is accepted. Default true. */
  verify?: boolean;
}

/** Exactly the certificate with a SHA-256 fingerprint, whoever signed it. */
export interface PinnedTrust extends ClientCertificate {
  fingerprint: string;
}

/**
 * Which certificate of the device to accept, for HTTP and WebSocket alike: `"system"` (an authority the system knows),
 * own authorities, exactly the certificate with a SHA-256 fingerprint, or `"none"` (any: the connection can be listened
 * to). The objects may carry a client certificate besides.
 */
export type Trust = "system" | "none" | CertificateTrust | PinnedTrust;

/** What TLS needs to know of a `Trust`. */
interface Tls {
  options: Omit<CertificateTrust, "verify">;
  verify: boolean;
  fingerprint?: string;
  certificate: X509Certificate | undefined;
}

/** @throws ConfigurationError for a fingerprint, a certificate or a key that cannot be used. */
export function tlsOf(trust: Trust): Tls {
  if (typeof trust === "string") return { options: {}, verify: trust !== "none", certificate: undefined };
  if ("fingerprint" in trust) {
    const { fingerprint, ...options } = trust;
    const certificate = readOwnCertificates(options, undefined);
    return { options, verify: true, fingerprint: parseFingerprint(fingerprint), certificate };
  }
  const { verify = true, ...options } = trust;
  return { options, verify, certificate: readOwnCertificates(options, options.ca) };
}

function parseFingerprint(text: string): string {
  const fingerprint = fingerprintIn(text);
  if (fingerprint !== undefined) return fingerprint;
  throw new ConfigurationError("The fingerprint is not a SHA-256 fingerprint: 32 pairs of hexadecimal digits.");
}

/** Why a connection that is open must not be used, if so. */
export function distrustOf(socket: TLSSocket, fingerprint: string | undefined): ConnectError | undefined {
  const presented = socket.getPeerCertificate().fingerprint256;
  if (fingerprint !== undefined) {
    if (presented === fingerprint) return undefined;
    return new ConnectError(
      `The device presents another certificate than the pinned one: sha256:${presented}. ` +
        "If its certificate was renewed, pin the new one; if not, something else answers at its address.",
      { code: "FINGERPRINT_MISMATCH" },
    );
  }
  if (socket.authorized) return undefined;
  // Its type is Error, but Node puts a code there.
  const code = String(socket.authorizationError);
  return new ConnectError(`${describeDistrust(code)} sha256:${presented}; ${ADVICE}`, { code });
}

const ADVICE = "compare and pin this fingerprint in the device's settings, or give the authority that signed it.";

function describeDistrust(code: string): string {
  if (code === "DEPTH_ZERO_SELF_SIGNED_CERT") return "The device presents a self-signed certificate";
  if (code === "CERT_HAS_EXPIRED") return "The device's certificate has expired:";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "The device's certificate is for another host name:";
  return `The device's certificate is not trusted (${code}):`;
}
