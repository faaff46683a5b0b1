import { errors } from "undici";
import type { Address } from "./address";
import {
  CancelledError,
  ConnectError,
  ConnectionTimeoutError,
  lostAnswer,
  PiKVMError,
  ResponseError,
  type ErrorDetails,
} from "./errors";

/** What is known about a request that failed below HTTP. */
export interface Attempt {
  /** Where it went. */
  address: Address;
  /** A request that changes the device has, at least in part, left this computer. Default false. */
  changeSent?: boolean;
}

/** Turns what undici, ws and the operating system throw into this package's errors. The one place that knows their codes. */
export function networkError(cause: unknown, { address, changeSent = false }: Attempt): PiKVMError {
  const lost = lostAnswer(changeSent);
  if (cause instanceof CancelledError) return new CancelledError(cause.message, { ...lost, code: cause.code, cause });
  // The connector's own error is shared by every request that waited for that connection; each gets its own copy.
  if (cause instanceof ConnectError) return new ConnectError(cause.message, { ...lost, code: cause.code, cause });
  if (cause instanceof PiKVMError) return cause;
  const target = targetOf(address);
  const code = codeOf(cause);
  const details: ErrorDetails = { cause, code, retryable: !HOPELESS.has(code), ...lost };
  if (TIMEOUTS.has(code)) return new ConnectionTimeoutError(`No connection to ${target} in time.`, details);
  if (cause instanceof errors.HTTPParserError || code.startsWith("HPE_")) {
    const notHttp = { ...details, code: "NOT_HTTP", retryable: false };
    return new ResponseError(`${target} did not answer with HTTP: is it a PiKVM?`, { statusCode: 0 }, notHttp);
  }
  // What was going on when the device was closed.
  if (code === "UND_ERR_DESTROYED") return new CancelledError("The connection has been closed.", { ...lost, cause });
  const describe = HINTS.get(code) ?? (() => `The connection to ${target} broke (${code}).`);
  return new ConnectError(describe(target, address), details);
}

/** Whether the operating system ended a connection, rather than the other side by ending it in order. */
export function isBroken(cause: unknown): boolean {
  return cause instanceof Error && "syscall" in cause;
}

/** Host and port, for messages. */
export function targetOf({ hostname, port }: Address): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

const TIMEOUTS = new Set(["UND_ERR_CONNECT_TIMEOUT", "ETIMEDOUT"]);

/** Trying again leads to the same. */
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

/** What a port that expects TLS does to a plain request. */
function tlsPort({ secure }: Address): string {
  return secure ? "" : " If the device is used with HTTPS, write its address with https://.";
}

function codeOf(cause: unknown): string {
  const code: unknown = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  return typeof code === "string" ? code : "NETWORK";
}
