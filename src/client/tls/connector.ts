import type { LookupFunction, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { buildConnector } from "undici";
import { checkTime } from "./client-certificate";
import { REAL_CLOCK, type Clock } from "../clock";
import { Deadline } from "../deadline";
import { ConfigurationError, ConnectError, ConnectionTimeoutError } from "../errors";
import { GATE } from "../gate";
import { networkError, targetOf } from "../http/network";
import { once, undici } from "../libraries";
import { Proxy } from "./proxy";
import { distrustOf, tlsOf, type Trust } from "./trust";
import type { Address } from "../vocabulary";

/**
 * Opens a TCP or TLS connection, when it is its turn among all of this process, and hands it on only when the device's
 * certificate is trusted.
 */
export interface Connector extends buildConnector.connector {
  /** The same at once, for who has come through the gate. */
  readonly admitted: Admitted;
  /** Whether it has a client certificate to present where the server wants one. */
  readonly hasCertificate: boolean;
  /** Lets the next connection offer a login again that a proxy has refused. */
  retryLogin: () => void;
}

/** @param patience seconds: see `ConnectionUse`. */
type Admitted = (target: buildConnector.Options, callback: buildConnector.Callback, patience?: number) => void;

/** A device that takes so many times as long as it did to be connected to does not answer. */
const SLOWER = 10;

interface ConnectorOptions {
  trust: Trust;
  /** Seconds for everything: proxy, TCP, TLS. They begin when it is the connection's turn. */
  connectTimeout: number;
  /** `http://[user:password@]host:port` */
  proxy?: string | undefined;
  lookup?: LookupFunction | undefined;
  /** Ends what is still connecting. */
  closed?: AbortSignal;
  clock?: Clock | undefined;
}

/** @throws ConfigurationError for a fingerprint, a certificate, a key or a proxy that cannot be used. */
export function connectorFor(options: ConnectorOptions): Connector {
  const { trust, connectTimeout, proxy: proxyUrl, lookup, closed, clock = REAL_CLOCK } = options;
  const proxy = proxyUrl === undefined || proxyUrl === "" ? undefined : new Proxy(proxyUrl, clock);
  const tls = tlsOf(trust);
  const connectorOf = once(() => {
    const connect = undici().buildConnector({
      ...tls.options,
      ...(lookup === undefined ? {} : { lookup }),
      // The Deadline's limit holds for the proxy too.
      timeout: 0,
      // The certificate is checked below, where its fingerprint can go into the error. A resumed TLS session would not
      // have a certificate to check.
      rejectUnauthorized: false,
      maxCachedSessions: 0,
    });
    // undici's types leave out that it returns the socket that is connecting.
    return connect as (...args: Parameters<buildConnector.connector>) => Socket;
  });

  /** Seconds that the quickest connection took. */
  let quickest = Infinity;

  async function connected(target: buildConnector.Options, deadline: Deadline): Promise<Socket> {
    const isSecure = target.protocol === "https:";
    if (isSecure && tls.certificate) checkTime(tls.certificate);
    const tunnel = await proxy?.tunnelTo(endpointOf(target), deadline);
    if (tunnel && !isSecure) return tunnel;
    let connecting: Socket | undefined;
    try {
      const socket = await deadline.race(
        new Promise<Socket>((resolve, reject) => {
          connecting = connectorOf()(tunnel ? { ...target, httpSocket: tunnel } : target, (error, opened) =>
            error ? reject(error) : resolve(opened),
          );
        }),
      );
      const distrust = socket instanceof TLSSocket && tls.verify ? distrustOf(socket, tls.fingerprint) : undefined;
      if (distrust) throw distrust;
      // In TLS 1.3 a server refuses our certificate only now; undici would report the end that follows instead.
      socket.once("error", () => socket.destroy());
      return socket;
    } catch (error) {
      // No byte of a request was sent yet: with it our password would be.
      connecting?.destroy();
      tunnel?.destroy();
      throw error;
    }
  }

  const admitted: Admitted = (target, callback, patience = Infinity) => {
    const late = () => {
      const through = proxy ? ` through the proxy ${proxy.target}` : "";
      const message = `No connection to ${targetOf(endpointOf(target))}${through} in time.`;
      return new ConnectionTimeoutError(message, { code: "UND_ERR_CONNECT_TIMEOUT", retryable: true });
    };
    const begin = performance.now();
    const seconds = Math.min(connectTimeout, Math.max(patience, SLOWER * quickest));
    const deadline = new Deadline([closed], { seconds, late });
    void connected(target, deadline)
      .finally(() => deadline[Symbol.dispose]())
      .then(
        (socket) => {
          quickest = Math.min(quickest, (performance.now() - begin) / 1000);
          callback(null, socket);
        },
        (error: unknown) => callback(asError(error), null),
      );
  };
  const connector: buildConnector.connector = (target, callback) => {
    GATE.enter(admitted, "acting", closed).then(
      (leave) =>
        admitted(target, (...connected) => {
          leave();
          callback(...connected);
        }),
      (error: unknown) => callback(asError(error), null),
    );
  };
  const retryLogin = () => proxy?.retryLogin();
  return Object.assign(connector, { admitted, hasCertificate: tls.certificate !== undefined, retryLogin });
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** undici leaves out the port where it is the scheme's own. */
function endpointOf({ hostname, port, protocol }: buildConnector.Options): { hostname: string; port: number } {
  return { hostname, port: Number(port) || (protocol === "https:" ? 443 : 80) };
}

/**
 * A connection to the address outside of HTTP requests: for the WebSocket, and to look at the certificate.
 * @param patience only for who has come through the gate.
 */
export function openSocket(connector: Admitted, address: Address, patience?: number): Promise<Socket> {
  const { hostname, port, secure } = address;
  const target = { hostname, host: hostname, port: String(port), protocol: secure ? "https:" : "http:" };
  return new Promise((resolve, reject) => {
    const opened: buildConnector.Callback = (error, socket) => {
      if (error) reject(error);
      else resolve(socket);
    };
    connector(target, opened, patience);
  });
}

/** What a device's certificate says, to be shown to a person who decides whether to trust it. */
export interface Certificate {
  /** SHA-256 as `AB:CD:...` */
  fingerprint: string;
  subject: string;
  validFrom: string;
  validTo: string;
  /** Nobody but its owner has signed it. */
  isSelfSigned: boolean;
}

/** How to get to a certificate, besides its address. */
interface CertificateOptions {
  /** As the options of these names. */
  proxy?: string | undefined;
  lookup?: LookupFunction | undefined;
  signal?: AbortSignal;
}

/**
 * Reads the certificate of an address without trusting it and without sending anything.
 * @param connectTimeout seconds.
 * @throws ConnectError, ConnectionTimeoutError; ConfigurationError for an http address.
 */
export async function readCertificate(
  address: Address,
  connectTimeout: number,
  { proxy, lookup, signal }: CertificateOptions = {},
): Promise<Certificate> {
  if (!address.secure) throw new ConfigurationError("An http:// address has no certificate.");
  const connector = connectorFor({
    trust: "none",
    connectTimeout,
    proxy,
    lookup,
    ...(signal ? { closed: signal } : {}),
  });
  const socket = await openSocket(connector, address).catch((error: unknown) => {
    throw networkError(error, { address });
  });
  try {
    if (!(socket instanceof TLSSocket)) throw new ConnectError("The connection has no certificate.");
    const { fingerprint256, subject, issuer, valid_from, valid_to } = socket.getPeerCertificate();
    return {
      fingerprint: fingerprint256,
      subject: nameOf(subject),
      validFrom: valid_from,
      validTo: valid_to,
      isSelfSigned: nameOf(subject) === nameOf(issuer),
    };
  } finally {
    socket.destroy();
  }
}

const nameOf = (name: object): string => Object.values(name).join(", ");
