import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { buildConnector } from "undici";
import type { Address } from "./address";
import { CancelledError, ConfigurationError, ConnectError } from "./errors";
import { networkError } from "./network";

/** Own certificate authorities and, where the device's proxy asks for one, a client certificate. All in PEM. */
export interface CertificateTrust {
  ca?: string | Buffer | (string | Buffer)[];
  cert?: string | Buffer;
  key?: string | Buffer;
  passphrase?: string;
  /** Name to expect in the certificate instead of the address's host name. */
  servername?: string;
  /** When false, any certificate is accepted. Default true. */
  verify?: boolean;
}

/**
 * Which certificate of the device to accept, for HTTP and WebSocket alike: `"system"` (an authority the system knows), own authorities,
 * exactly the certificate with a SHA-256 fingerprint, or `"none"` (any: the connection can be listened to).
 */
export type Trust = "system" | "none" | CertificateTrust | { fingerprint: string };

/** Opens a TCP or TLS connection and hands it on only when the device's certificate is trusted. */
export type Connector = buildConnector.connector;

/**
 * @param connectTimeout seconds for TCP and TLS together.
 * @param closed gives up what is still connecting.
 */
export function connectorFor(trust: Trust, connectTimeout: number, closed?: AbortSignal): Connector {
  const fingerprint =
    typeof trust === "object" && "fingerprint" in trust ? parseFingerprint(trust.fingerprint) : undefined;
  const options: CertificateTrust = typeof trust === "object" && !("fingerprint" in trust) ? trust : {};
  const { verify = trust !== "none", ...tls } = options;
  // undici's types leave out that it returns the socket that is connecting.
  const connect = buildConnector({
    ...tls,
    timeout: connectTimeout * 1000,
    // Whether the certificate is trusted is decided below, where its fingerprint can be told to the user. On a resumed session
    // there would be no certificate to look at.
    rejectUnauthorized: false,
    maxCachedSessions: 0,
  }) as (...args: Parameters<Connector>) => Socket;
  return (target, callback) => {
    const settle: buildConnector.Callback = (...[error, socket]) => {
      closed?.removeEventListener("abort", giveUp);
      if (error) {
        callback(error, null);
        return;
      }
      const distrust = socket instanceof TLSSocket && verify ? distrustOf(socket, fingerprint) : undefined;
      if (distrust === undefined) {
        callback(null, socket);
        return;
      }
      // Before the first byte of a request, which would carry the password.
      socket.destroy();
      callback(distrust, null);
    };
    const connecting = connect(target, settle);
    const giveUp = (): void => {
      connecting.destroy(new CancelledError("Closed while connecting."));
    };
    closed?.addEventListener("abort", giveUp, { once: true });
  };
}

/** A connection to the address outside of HTTP requests: for the WebSocket, and to look at the certificate. */
export function openSocket(connector: Connector, address: Address): Promise<Socket> {
  const { hostname, port, secure } = address;
  const target = { hostname, host: hostname, port: String(port), protocol: secure ? "https:" : "http:" };
  return new Promise((resolve, reject) => {
    connector(target, (error, socket) => {
      if (error) reject(error);
      else resolve(socket);
    });
  });
}

/** What a device's certificate says, to be shown to a person who decides whether to trust it. */
export interface Certificate {
  /** SHA-256 as `AB:CD:...` */
  fingerprint: string;
  subject: string;
  validTo: string;
}

/**
 * Reads the certificate of an address without trusting it and without sending anything.
 * @param connectTimeout seconds.
 * @throws ConnectError, ConnectionTimeoutError; ConfigurationError for an http address.
 */
export async function readCertificate(address: Address, connectTimeout: number): Promise<Certificate> {
  if (!address.secure) throw new ConfigurationError("An http:// address has no certificate.");
  const socket = await openSocket(connectorFor("none", connectTimeout), address).catch((error: unknown) => {
    throw networkError(error, { address });
  });
  try {
    if (!(socket instanceof TLSSocket)) throw new ConnectError("The connection has no certificate.");
    const { fingerprint256, subject, valid_to } = socket.getPeerCertificate();
    return { fingerprint: fingerprint256, subject: Object.values(subject).join(", "), validTo: valid_to };
  } finally {
    socket.destroy();
  }
}

/** The fingerprint as `AB:CD:...`; accepts it without colons and in any case, with an optional `sha256:` before it. */
export function parseFingerprint(text: string): string {
  const digits = text
    .trim()
    .replace(/^sha-?256[:=\s]\s*(fingerprint=)?/i, "")
    .replace(/[:\s]/g, "");
  if (!/^[0-9a-f]{64}$/i.test(digits)) {
    throw new ConfigurationError("The fingerprint is not a SHA-256 fingerprint: 32 pairs of hexadecimal digits.");
  }
  return digits.toUpperCase().replace(/(..)(?!$)/g, "$1:");
}

function distrustOf(socket: TLSSocket, fingerprint: string | undefined): ConnectError | undefined {
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
  // Typed as Error, but Node puts the code there.
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
