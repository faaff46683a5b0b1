import { ConfigurationError, errorKinds, type MissingSetting, type PiKVMError } from "../client";

/**
 * What a status says of an error, by its code: what a person must know to do something about it. Keys of the catalogue
 * below `status`.
 */
const BY_CODE: Record<string, string> = {
  FINGERPRINT_MISMATCH: "certificate_changed",
  CERT_HAS_EXPIRED: "certificate_expired",
  CERT_NOT_YET_VALID: "certificate_invalid",
  ERR_TLS_CERT_ALTNAME_INVALID: "certificate_name",
  HOSTNAME_MISMATCH: "certificate_name",
  CLIENT_CERTIFICATE_TIME: "own_certificate",
  ERR_SSL_WRONG_VERSION_NUMBER: "no_tls",
  EPROTO: "no_tls",
  ENOTFOUND: "name_unknown",
  EAI_AGAIN: "name_lookup",
  ECONNREFUSED: "connection_refused",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ETIMEDOUT: "unreachable",
  UND_ERR_CONNECT_TIMEOUT: "unreachable",
  TIMEOUT: "no_answer",
  ECONNRESET: "broken",
  EPIPE: "broken",
  UND_ERR_SOCKET: "broken",
  PROXY_407: "proxy_login",
  SILENT: "silent",
  HTTP_404: "unknown_call",
  HTTP_502: "no_kvmd",
  HTTP_504: "no_answer",
  NOT_HTTP: "not_pikvm",
  NOT_PIKVM: "not_pikvm",
  BAD_EVENT: "unexpected",
  BAD_RESPONSE: "unexpected",
  TOO_LONG: "too_long",
  CUT_SHORT: "cut_short",
  JPEG: "no_picture",
  NO_SIGNAL: "no_signal",
  NOT_STARTED: "no_video",
  NO_SWITCH: "no_switch",
  NOT_SUPPORTED: "not_supported",
  NOT_VERIFIED: "not_confirmed",
  HOST_NOT_LISTENING: "not_listening",
  EXISTS: "exists",
  NO_SPACE: "no_space",
  SIZE: "wrong_size",
  SOURCE: "source",
  FILE: "not_written",
  READ_ONLY: "read_only",
  NOT_ALLOWED: "not_allowed",
  NOT_CONFIRMED: "unconfirmed",
  QUEUE_FULL: "queue_full",
  NO_FREE_CONNECTION: "queue_full",
  AMBIGUOUS_DEVICE: "ambiguous",
  OCCUPIED: "ambiguous",
  CLOSED: "closed",
  NO_BROKER: "no_broker",
};

/** Codes that OpenSSL, a proxy or the WebSocket makes. */
const BY_PATTERN: [pattern: RegExp, words: string][] = [
  [/^ERR_SSL_.*_ALERT_/, "own_certificate"],
  [/^ERR_SSL_/, "no_tls"],
  [/CERT|ISSUER|CRL|SIGNATURE|^INVALID_|PATH_LENGTH/, "not_trusted"],
  [/^PROXY_/, "proxy"],
];

/** The others, by the name of the error or of a family that it belongs to. */
const BY_KIND: Record<string, string> = {
  CancelledError: "cancelled",
  AuthError: "refused",
  BusyError: "busy",
  UnavailableError: "unavailable",
  RedirectError: "redirected",
  ResponseError: "unexpected",
  APIError: "device_error",
  ConfigurationError: "not_possible",
  ConnectError: "unreachable",
  ConnectionTimeoutError: "no_answer",
  WebSocketError: "disconnected",
  WaitTimeoutError: "not_in_time",
};

/** Of a device that is not ready, by the setting that it lacks. */
const MISSING: Record<MissingSetting, string> = {
  address: "no_address",
  certificate: "no_certificate",
  tls: "no_tls_settings",
  proxy: "no_proxy",
  header: "no_header",
  output: "no_output",
};

/** The key of the words for an error. @param hasDevice it is one of a device that there is. */
export function failureWords(error: PiKVMError, hasDevice: boolean): string {
  const { code } = error;
  if (error instanceof ConfigurationError && error.missing) return MISSING[error.missing];
  if (code === "NOT_CONFIGURED") return hasDevice ? "not_configured" : "no_device";
  if (error.name === "AuthError") return "refused";
  if (Object.hasOwn(BY_CODE, code)) return BY_CODE[code] ?? "failed";
  const kinds = errorKinds(error);
  const pattern = kinds.includes("ConnectError") ? BY_PATTERN.find(([pattern]) => pattern.test(code)) : undefined;
  const kind = kinds.find((name) => Object.hasOwn(BY_KIND, name));
  return pattern?.[1] ?? (kind === undefined ? "failed" : (BY_KIND[kind] ?? "failed"));
}

/** What a person must know however soon it is tried again. */
const LASTING = new Set(["ENOTFOUND", "EAI_AGAIN"]);

/** Words that tell when it is tried again: in seconds, or at a time of the day. */
interface AgainWords {
  soon: string;
  later: string;
}

/** What stands for the words of an error when it is known that it is tried again by itself. */
export function againWords(error: PiKVMError): AgainWords | undefined {
  if (error.name === "AuthError") return { soon: "refused_until", later: "refused_until" };
  return error.retryable && !LASTING.has(error.code) ? { soon: "retry_in", later: "retry_at" } : undefined;
}
