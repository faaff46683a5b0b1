import { APIError, AuthError, ConnectError, type PiKVMError } from "../client";
import { failureWords } from "./failure-words";

/**
 * Where a dialog has more to say than a status: what went wrong in a few words, and what to do about it. Keys of the
 * catalogue below `advice`.
 */
const BY_CODE: Record<string, string> = {
  NO_ADDRESS: "no_address",
  NO_PASSWORD: "no_password",
  PASSWORD_ELSEWHERE: "password_elsewhere",
  LOGIN_PAUSED: "login_paused",
  CLOCK_SKEW: "clock_skew",
  STRANGE_ADDRESS: "strange_address",
  TOO_MANY: "too_many",
  // A packet that nobody answers has found its way, or has not: nothing tells.
  UND_ERR_CONNECT_TIMEOUT: "no_answer",
  ETIMEDOUT: "no_answer",
  VARIABLE_NOT_SET: "variable_not_set",
  VARIABLE_INSIDE: "variable_inside",
  DEPTH_ZERO_SELF_SIGNED_CERT: "self_signed",
  SELF_SIGNED_CERT_IN_CHAIN: "self_signed",
};

/** Of a refused login, by its status. */
const REFUSED: Record<number, string> = { 401: "login_incomplete", 429: "login_locked" };

/** The words of a status that have an advice of the same name; the others say all that there is to say. */
const SAME = new Set([
  ...["name_unknown", "name_lookup", "connection_refused", "unreachable", "no_answer", "broken"],
  ...["certificate_changed", "certificate_expired", "certificate_invalid", "certificate_name", "not_trusted"],
  ...["own_certificate", "no_tls", "proxy", "proxy_login", "not_pikvm", "redirected", "no_kvmd", "unknown_call"],
  ...["no_address", "no_certificate", "no_tls_settings", "no_proxy", "no_header", "no_output"],
  ...["no_device", "not_configured", "ambiguous", "no_signal", "no_video", "no_switch", "unavailable", "unexpected"],
]);

/** The key of the advice for an error of a device; undefined where the error's own message has to do. */
export function adviceOf(error: PiKVMError): string | undefined {
  const { code } = error;
  if (Object.hasOwn(BY_CODE, code)) return BY_CODE[code];
  if (error instanceof AuthError) return REFUSED[error.statusCode] ?? "login_refused";
  // Not from the device itself, but from what stands before it.
  if (error instanceof APIError && error.error === "" && error.statusCode === 503) return "no_kvmd";
  const words = failureWords(error, false);
  if (SAME.has(words)) return words;
  return error instanceof ConnectError ? "unreachable" : undefined;
}
