import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { buildConnector } from "undici";
import { checkTime, readOwnCertificates, type ClientCertificate } from "./client-certificate";
import { Deadline } from "../deadline";
import { ConfigurationError, ConnectError, ConnectionTimeoutError } from "../errors";
import { networkError, targetOf } from "../http/network";
import { Proxy } from "./proxy";
import { type Address, fingerprintIn } from "../vocabulary";

/** Own certificate authorities, and how to look at the device's certificate. */
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
 * Which certificate of the device to accept, for HTTP and WebSocket alike: `"system"` (an authority the system knows), own authorities,
 * exactly the certificate with a SHA-256 fingerprint, or `"none"` (any: the connection can be listened to). The objects may carry a client
 * certificate besides.
 */
export type Trust = "system" | "none" | CertificateTrust | PinnedTrust;

/** Opens a TCP or TLS connection and hands it on only when the device's certificate is trusted. */
export interface Connector extends buildConnector.connector {
  /** A client certificate is presented to who asks for one. */
  readonly hasCertificate: boolean;
}

interface ConnectorOptions {
  trust: Trust;
  /** Seconds for everything: proxy, TCP, TLS. */
  connectTimeout: number;
  /** `http://[user:password@]host:port` */
  proxy?: string | undefined;
  /** Gives up what is still connecting. */
  closed?: AbortSignal;
}

/** @throws ConfigurationError for a fingerprint, a certificate, a key or a proxy that cannot be used. */
export function connectorFor({ trust, connectTimeout, proxy: proxyUrl, closed }: ConnectorOptions): Connector {
  const proxy = proxyUrl === undefined || proxyUrl === "" ? undefined : new Proxy(proxyUrl);
  const tls = tlsOf(trust);
  // undici's types leave out that it returns the socket that is connecting.
  const connect = buildConnector({
    ...tls.options,
    // The Deadline's limit holds for the proxy too.
    timeout: 0,
    // Whether the certificate is trusted is decided below, where its fingerprint can be told to the user. On a resumed session
    // there would be no certificate to look at.
    rejectUnauthorized: false,
    maxCachedSessions: 0,
  }) as (...args: Parameters<buildConnector.connector>) => Socket;

  async function connected(target: buildConnector.Options, deadline: Deadline): Promise<Socket> {
    const isSecure = target.protocol === "https:";
    if (isSecure && tls.certificate) checkTime(tls.certificate);
    const tunnel = await proxy?.tunnelTo(endpointOf(target), deadline);
    if (tunnel && !isSecure) return tunnel;
    let connecting: Socket | undefined;
    try {
      const socket = await deadline.race(
        new Promise<Socket>((resolve, reject) => {
          connecting = connect(tunnel ? { ...target, httpSocket: tunnel } : target, (error, opened) =>
            error ? reject(error) : resolve(opened),
          );
        }),
      );
      const distrust = socket instanceof TLSSocket && tls.verify ? distrustOf(socket, tls.fingerprint) : undefined;
      if (distrust) throw distrust;
      // What a server says of our certificate in TLS 1.3 comes only now; undici would tell of the end that follows instead.
      socket.once("error", () => socket.destroy());
      return socket;
    } catch (error) {
      // Before the first byte of a request, which would carry the password.
      connecting?.destroy();
      tunnel?.destroy();
      throw error;
    }
  }

  const connector: buildConnector.connector = (target, callback) => {
    const late = () => {
      const through = proxy ? ` through the proxy ${proxy.target}` : "";
      const message = `No connection to ${targetOf(endpointOf(target))}${through} in time.`;
      return new ConnectionTimeoutError(message, { code: "UND_ERR_CONNECT_TIMEOUT", retryable: true });
    };
    const deadline = new Deadline([closed], { seconds: connectTimeout, late });
    void connected(target, deadline)
      .finally(() => deadline[Symbol.dispose]())
      .then(
        (socket) => callback(null, socket),
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
      );
  };
  return Object.assign(connector, { hasCertificate: tls.certificate !== undefined });
}

interface Tls {
  options: Omit<CertificateTrust, "verify">;
  verify: boolean;
  fingerprint?: string;
  certificate: X509Certificate | undefined;
}

function tlsOf(trust: Trust): Tls {
  if (typeof trust === "string") return { options: {}, verify: trust !== "none", certificate: undefined };
  if ("fingerprint" in trust) {
    const { fingerprint, ...options } = trust;
    const certificate = readOwnCertificates(options, undefined);
    return { options, verify: true, fingerprint: parseFingerprint(fingerprint), certificate };
  }
  const { verify = true, ...options } = trust;
  return { options, verify, certificate: readOwnCertificates(options, options.ca) };
}

/** undici leaves out the port where it is the scheme's own. */
function endpointOf({ hostname, port, protocol }: buildConnector.Options): { hostname: string; port: number } {
  return { hostname, port: Number(port) || (protocol === "https:" ? 443 : 80) };
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
 * @param proxy as the option of that name.
 * @throws ConnectError, ConnectionTimeoutError; ConfigurationError for an http address.
 */
export async function readCertificate(address: Address, connectTimeout: number, proxy?: string): Promise<Certificate> {
  if (!address.secure) throw new ConfigurationError("An http:// address has no certificate.");
  const connector = connectorFor({ trust: "none", connectTimeout, proxy });
  const socket = await openSocket(connector, address).catch((error: unknown) => {
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

function parseFingerprint(text: string): string {
  const fingerprint = fingerprintIn(text);
  if (fingerprint !== undefined) return fingerprint;
  throw new ConfigurationError("The fingerprint is not a SHA-256 fingerprint: 32 pairs of hexadecimal digits.");
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
