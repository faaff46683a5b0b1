import { errors } from "undici";
import {
  CancelledError,
  ConnectError,
  ConnectionTimeoutError,
  PiKVMError,
  ResponseError,
  type ErrorDetails,
} from "./errors";

/** What is known about a request that failed below HTTP. */
export interface Attempt {
  /** Host and port, for messages. */
  target: string;
  /** Whether (part of) the request left this computer. */
  sent: boolean;
  /** Whether the request changes the device. */
  changes: boolean;
}

/** Turns what undici, ws and the operating system throw into this package's errors. The one place that knows their codes. */
export function networkError(cause: unknown, attempt: Attempt): PiKVMError {
  if (cause instanceof PiKVMError && !(cause instanceof ConnectError || cause instanceof CancelledError)) return cause;
  const code = codeOf(cause);
  const details: ErrorDetails = {
    cause,
    code,
    retryable: cause instanceof ConnectError ? cause.retryable : true,
    ...(attempt.sent && attempt.changes ? { outcome: "unknown" } : {}),
  };
  const warning =
    details.outcome === "unknown" ? " The request had been sent: it may or may not have been carried out." : "";
  // The connector's own error is shared by every request that waited for that connection; each gets its own copy.
  if (cause instanceof ConnectError) return new ConnectError(cause.message, details);
  if (cause instanceof CancelledError)
    return new CancelledError(`${cause.message}${warning}`, { ...details, retryable: false });
  if (TIMEOUTS.has(code)) {
    return new ConnectionTimeoutError(`No connection to ${attempt.target} in time.${warning}`, details);
  }
  if (cause instanceof errors.HTTPParserError || code.startsWith("HPE_")) {
    return new ResponseError(
      `${attempt.target} did not answer with HTTP.${warning}`,
      { statusCode: 0 },
      { ...details, code: "NOT_HTTP" },
    );
  }
  return new ConnectError(
    `${HINTS[code]?.(attempt.target) ?? `The connection to ${attempt.target} broke (${code}).`}${warning}`,
    details,
  );
}

const TIMEOUTS = new Set(["UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "ETIMEDOUT"]);

const HINTS: Record<string, (target: string) => string> = {
  ECONNREFUSED: (target) => `${target} refuses connections: is the port right, and does the device's web server run?`,
  ENOTFOUND: (target) => `The name of ${target} is not known: check the address.`,
  EAI_AGAIN: (target) => `The name of ${target} could not be looked up: name resolution does not answer.`,
  EHOSTUNREACH: (target) => `${target} cannot be reached: is the device switched on and in this network?`,
  ENETUNREACH: (target) => `There is no network route to ${target}.`,
  ERR_SSL_WRONG_VERSION_NUMBER: plainPort,
  EPROTO: plainPort,
  UND_ERR_SOCKET: (target) => `${target} closed the connection without an answer.`,
  ECONNRESET: (target) => `${target} broke the connection.`,
};

function plainPort(target: string): string {
  return `${target} does not speak TLS: if the device is used without HTTPS, write its address with http://.`;
}

function codeOf(cause: unknown): string {
  const code: unknown = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  return typeof code === "string" ? code : "NETWORK";
}
