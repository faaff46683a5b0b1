import {
  CancelledError,
  ConfigurationError,
  ConnectError,
  ConnectionTimeoutError,
  lostAnswer,
  PiKVMError,
  ResponseError,
  type ErrorDetails,
} from "../errors";
import { sentences } from "../sentences";
import type { Address } from "../vocabulary";

/** What is known about a request that failed below HTTP. */
interface Attempt {
  /** Where it went. */
  address: Address;
  /** A request that changes the device has, at least in part, left this computer. Default false. */
  changeSent?: boolean;
  /** A client certificate was there to be presented. Default false. */
  hasCertificate?: boolean;
}

/** Where a server is. */
export type Endpoint = Pick<Address, "hostname" | "port">;

/**
 * Turns what undici, ws and the operating system throw into this package's errors. The one place that knows their
 * codes.
 */
export function networkError(thrown: unknown, attempt: Attempt): PiKVMError {
  const cause = withoutBytes(thrown);
  const { address, changeSent = false, hasCertificate = false } = attempt;
  const lost = lostAnswer(changeSent);
  if (cause instanceof CancelledError) return new CancelledError(cause.message, { ...lost, code: cause.code, cause });
  // An error of the connector is given to all requests that waited for that connection: each gets a copy of its own.
  const Shared = SHARED.find((Class) => cause instanceof Class);
  if (Shared && cause instanceof Shared && cause.outcome === undefined) {
    return new Shared(cause.message, { ...lost, code: cause.code, retryable: cause.retryable, cause });
  }
  if (cause instanceof PiKVMError) return cause;
  const target = targetOf(address);
  const code = codeOf(cause);
  const details: ErrorDetails = { cause, code, retryable: !HOPELESS.has(code), ...lost };
  if (code === "ETIMEDOUT") return new ConnectionTimeoutError(`No connection to ${target} in time.`, details);
  if (isBadHttp(cause)) {
    const notHttp = { ...details, code: "NOT_HTTP", retryable: false };
    return new ResponseError(`${target} did not answer with HTTP: is it a PiKVM?`, { statusCode: 0 }, notHttp);
  }
  // A request that was running when the device was closed.
  if (code === "UND_ERR_DESTROYED") return new CancelledError("The connection has been closed.", { ...lost, cause });
  const refusal = certificateRefusal(code);
  // The server refuses before it reads a request; in TLS 1.3 we may have sent one by then, so it counts as not carried
  // out.
  if (refusal !== undefined) return new ConnectError(`${target} ${refusal}.`, { cause, code });
  const reason = code === UNKNOWN ? "" : ` (${code})`;
  const describe = HINTS.get(code) ?? (() => `The connection to ${target} broke${reason}.`);
  const advice = hasCertificate && ENDINGS.has(code) ? CERTIFICATE_ADVICE : "";
  return new ConnectError(sentences(describe(target, address), advice), details);
}

/**
 * The same error without what had arrived, which undici and Node.js add to it: whoever echoes what it is sent, as the
 * wrong port may, echoes a password, and Catch nodes get the cause of an error.
 */
export function withoutBytes(cause: unknown): unknown {
  if (cause instanceof Error) for (const name of ["data", "rawPacket"]) Reflect.deleteProperty(cause, name);
  return cause;
}

/**
 * Whether the answer breaks the rules of HTTP. undici has no error for some of that: an assertion of its own fails, as
 * for a status below 100.
 */
export function isBadHttp(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  // By their names: to know their classes, undici would have to be loaded.
  if (cause.name === "HTTPParserError") return true;
  if (cause.name === "SocketError") return cause.message.startsWith("bad ");
  const code = "code" in cause ? String(cause.code) : "";
  return code.startsWith("HPE_") || BAD_HTTP.has(code);
}

const BAD_HTTP = new Set(["ERR_ASSERTION", "UND_ERR_HEADERS_OVERFLOW", "UND_ERR_RES_CONTENT_LENGTH_MISMATCH"]);

const SHARED = [ConnectError, ConnectionTimeoutError, ConfigurationError];

/**
 * What the alert of a server in the TLS handshake says of our client certificate. What stands before the alert in a
 * code differs between versions of OpenSSL.
 */
function certificateRefusal(code: string): string | undefined {
  const alert = /^ERR_SSL_.*_ALERT_(\w+)$/.exec(code)?.[1];
  if (alert === "CERTIFICATE_REQUIRED") return "wants a client certificate: give cert and key in the trust settings";
  // Servers with TLS 1.2 send this one, but they do so too when we have no cipher in common.
  if (alert === "HANDSHAKE_FAILURE") return "ended the TLS handshake: it may want a client certificate (cert and key)";
  const reason = REFUSED_CERTIFICATE.find((name) => name === alert);
  if (reason === undefined) return undefined;
  const words = reason.toLowerCase().replaceAll("_", " ");
  return `refuses our client certificate (${words}): give one that is valid and signed by an authority that it knows`;
}

const REFUSED_CERTIFICATE = [
  "BAD_CERTIFICATE",
  "UNSUPPORTED_CERTIFICATE",
  "CERTIFICATE_REVOKED",
  "CERTIFICATE_EXPIRED",
  "CERTIFICATE_UNKNOWN",
  "UNKNOWN_CA",
  "ACCESS_DENIED",
];

/**
 * The codes of a connection that the server has ended without a reason; also of one that was kept alive for longer than
 * the device wanted to.
 */
export const ENDINGS = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);
const CERTIFICATE_ADVICE = "It may not know the authority that signed our client certificate.";

/** Whether the connection broke, as the operating system reports it; the other side may also end it in order. */
export function isBroken(cause: unknown): boolean {
  return cause instanceof Error && "syscall" in cause;
}

/** Host and port, for messages. */
export function targetOf({ hostname, port }: Endpoint): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

/** With these, trying again leads to the same. */
const HOPELESS = new Set(["ERR_SSL_WRONG_VERSION_NUMBER", "EPROTO"]);

const HINTS = new Map<string, (target: string, address: Address) => string>([
  [
    "ECONNREFUSED",
    (target) => `${target} refuses connections: is the port right, and does the device's web server run?`,
  ],
  ["ENOTFOUND", (target) => `The name of ${target} is not known: check the address.`],
  ["EAI_AGAIN", (target) => `The name of ${target} could not be looked up: name resolution does not answer.`],
  ["EHOSTUNREACH", (target) => `${target} cannot be reached: is the device switched on and in this network?`],
  ["ENETUNREACH", (target) => `There is no network route to ${target}.`],
  ["ERR_SSL_WRONG_VERSION_NUMBER", plainPort],
  ["EPROTO", plainPort],
  ["UND_ERR_SOCKET", (target, address) => `${target} closed the connection without an answer.${tlsPort(address)}`],
  ["ECONNRESET", (target, address) => `${target} broke the connection.${tlsPort(address)}`],
]);

function plainPort(target: string): string {
  return `${target} does not speak TLS: if the device is used without HTTPS, write its address with http://.`;
}

/** A port that expects TLS ends the connection at a plain request: the advice for that. */
function tlsPort({ secure }: Address): string {
  return secure ? "" : " If the device is used with HTTPS, write its address with https://.";
}

const UNKNOWN = "NETWORK";

const codeOf = (cause: unknown): string => publicCode(cause, UNKNOWN);

/** Codes of libraries and of Node.js that speak of their insides, which say nothing to a person. */
const INTERNAL = /^(ERR_(?!SSL_|TLS_)|HPE_|UND_(?!ERR_SOCKET$|ERR_CONNECT_TIMEOUT$|ERR_DESTROYED$))/;

/** What the operating system or TLS calls an error, for flows. @param otherwise where it has no name for a person. */
export function publicCode(cause: unknown, otherwise: string): string {
  const code: unknown = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  return typeof code === "string" && !INTERNAL.test(code) ? code : otherwise;
}
