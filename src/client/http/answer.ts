import {
  APIError,
  AuthError,
  BusyError,
  lostAnswer,
  RedirectError,
  ResponseError,
  UnavailableError,
  type Refusal,
} from "../errors";
import { readJson } from "./json";
import { sentences } from "../sentences";
import { isRecord, objectOf, type Shape } from "./shape";
import { deviceWords } from "../words";

/** An answer whose body has been read whole. */
export interface Answer {
  statusCode: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** Whether it answers a request that changes the device. Default false. */
  changes?: boolean;
  /** What the device may quote of ours, and errors must not. Default none. */
  secrets?: readonly string[];
  /** The address of the device, as it was asked. */
  address?: string;
  /** Whether it answers the request to open a WebSocket. Default false. */
  isHandshake?: boolean;
}

/**
 * The `result` of the device's envelope.
 * @param shape what its reader relies on; default an object.
 * @throws the error of the answer's status, or ResponseError when it is not an envelope.
 */
export function resultOf(answer: Answer, shape: Shape = objectOf()): unknown {
  if (answer.statusCode >= 300) throw refusalOf(answer);
  const envelope = parseEnvelope(answer);
  if (envelope === undefined) throw badResponse(answer, "Expected the JSON of a PiKVM.");
  if (!envelope.ok) throw refusalInSuccess(envelope);
  if (!isRecord(envelope.result)) throw badResponse(answer, "Expected a result.");
  if (!shape(envelope.result)) throw badResponse(answer, "Expected another result.");
  return envelope.result;
}

/**
 * The JSON object that an answer is, where the device does not use its envelope.
 * @throws ResponseError when it is not a JSON object.
 */
export function documentOf(answer: Answer): Record<string, unknown> {
  const value = parseJson(answer.text);
  if (isRecord(value)) return value;
  throw badResponse(answer, "Expected a JSON document.");
}

/**
 * The whole JSON of an answer, with the device's envelope where it has one; null for an empty answer.
 * @throws APIError for an envelope that tells of a failure; ResponseError for what is no JSON.
 */
export function jsonOf(answer: Answer): unknown {
  if (answer.text === "") return null;
  const value = parseJson(answer.text);
  if (value === undefined) throw badResponse(answer, "Expected JSON.");
  const envelope = envelopeIn(value, answer);
  if (envelope?.ok === false) throw refusalInSuccess(envelope);
  return value;
}

/** The error of an answer that is not a success. */
export function refusalOf(answer: Answer): APIError {
  const { statusCode, changes = false } = answer;
  if (statusCode < 400) return redirectOf(answer);
  const envelope = parseEnvelope(answer);
  const refusal: Refusal =
    envelope?.ok === false
      ? { statusCode, error: envelope.result.error, errorMsg: envelope.result.error_msg }
      : { statusCode, lacksCall: statusCode === 404 && UNKNOWN_CALL.test(answer.text) };
  const isProxy = answer.isHandshake && envelope === undefined && !answer.text.includes(PLAIN_TO_HTTPS);
  const ofProxy = envelope === undefined ? PROXY_HINTS[statusCode] : undefined;
  const hint = HINTS[statusCode] ?? ofProxy ?? (isProxy ? handshakeHint(statusCode) : "");
  const message = `HTTP ${statusCode}: ${sentences(refusal.errorMsg ?? "", hint) || describeBody(answer)}`;
  if (statusCode === 401 || statusCode === 403) return new AuthError(message, refusal);
  // GL.iNet's firmware, after too many refused logins.
  if (statusCode === 429 && refusal.error === "RateLimitError")
    return new AuthError(message, refusal, { lockedFor: remainingTimeIn(answer.text) });
  const lost = lostAnswer(changes && envelope === undefined && mayHideAnswer(statusCode));
  if (statusCode === 409) return new BusyError(message, refusal, lost);
  if (statusCode === 503) return new UnavailableError(message, refusal, lost);
  return new APIError(message, refusal, { retryable: statusCode === 502, ...lost });
}

/**
 * Whether something before kvmd that answers so may have lost kvmd's own answer, perhaps while kvmd worked: running
 * requests of a kvmd that stops end as a 502. Other statuses say that the request was not let through.
 */
const mayHideAnswer = (statusCode: number): boolean => statusCode >= 500 || [302, 303, 409].includes(statusCode);

const HINTS: Record<number, string> = {
  401: "The device got no usable user name and password",
  403: "User name, password or two-factor code was refused",
  404: "The device does not know this call: is the address that of a PiKVM, and its software recent enough?",
  502: "The device's web server is up, but its service kvmd is not (it may be restarting)",
  504: "The device did not finish in time",
};

/** What kvmd's web server says of a path that it does not know; nginx and others say it in a web page. */
const UNKNOWN_CALL = /^404: Not Found\s*$/;

/** What kvmd itself does not answer. */
const PROXY_HINTS: Record<number, string> = {
  407: "A proxy on the way wants a login of its own",
  408: "The request did not come through in time: look at the network",
  413:
    "A web server on the way lets nothing through that is so long: raise its limit (of nginx: client_max_body_size), " +
    "or go to the device directly",
  429: "A web server on the way has had too many requests in a short time: raise its limit, or ask less often",
};

/** Why a WebSocket was not opened, where the answer does not come from kvmd. */
export const NO_WEBSOCKETS =
  "The request to open a WebSocket came through as an ordinary one. " +
  "A proxy on the way does not pass WebSockets: let it hand on the headers Upgrade and Connection";

/** What nginx says to HTTP at its port for HTTPS. */
const PLAIN_TO_HTTPS = "plain HTTP request was sent to HTTPS port";

/** kvmd's web server answers a handshake without its headers with a 400 in plain text; proxies have other statuses. */
function handshakeHint(statusCode: number): string {
  return statusCode < 500 || statusCode === 501 ? NO_WEBSOCKETS : "";
}

type Envelope = { ok: true; result: unknown } | Failure;

interface Failure {
  ok: false;
  result: { error: string; error_msg: string };
}

/** The error of an answer with a good status and a bad body. */
export function badResponse(answer: Answer, expected: string): ResponseError {
  return new ResponseError(
    sentences(describeBody(answer), expected),
    { statusCode: answer.statusCode },
    { code: "BAD_RESPONSE", ...lostAnswer(answer.changes === true) },
  );
}

function refusalInSuccess({ result: { error, error_msg: errorMsg } }: Failure): APIError {
  const message = `The device refused: ${errorMsg || error || "no reason given"}`;
  return new APIError(message, { statusCode: 0, error, errorMsg });
}

function parseEnvelope(answer: Answer): Envelope | undefined {
  return envelopeIn(parseJson(answer.text), answer);
}

function envelopeIn(value: unknown, { secrets }: Answer): Envelope | undefined {
  if (!isRecord(value) || typeof value["ok"] !== "boolean" || !("result" in value)) return undefined;
  if (value["ok"]) return { ok: true, result: value["result"] };
  const result = isRecord(value["result"]) ? value["result"] : {};
  const words = (name: string) => deviceWords(textOf(result[name]), secrets);
  return { ok: false, result: { error: words("error"), error_msg: words("error_msg") } };
}

function remainingTimeIn(text: string): number | undefined {
  const { result } = parseJson(text) as { result: { remaining_time?: unknown } }; // it is an envelope
  const seconds = result.remaining_time;
  return typeof seconds === "number" && seconds > 0 ? Math.min(seconds, LONGEST_LOCK) : undefined;
}

/** A day in seconds. */
const LONGEST_LOCK = 86_400;

/** @returns undefined for what is no JSON. */
function parseJson(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}

const TO_ANOTHER =
  "Either the device has another address, or a proxy on the way wants a login of its own: let it pass these calls.";

function redirectOf({ statusCode, headers, secrets, address = "", changes = false }: Answer): RedirectError {
  const target = textOf(headers["location"]);
  const isAlready = address.startsWith("https://");
  const advice = !target.startsWith("https://")
    ? ""
    : isAlready
      ? TO_ANOTHER
      : "Change the device's address to https://.";
  const where = target === "" ? "elsewhere" : `to ${deviceWords(target.split("?")[0] ?? "", secrets)}`;
  const message = sentences(`HTTP ${statusCode}: redirected ${where}; redirects are not followed.`, advice);
  return new RedirectError(message, { statusCode }, lostAnswer(changes && mayHideAnswer(statusCode)));
}

function describeBody({ headers, text, secrets }: Answer): string {
  const type = deviceWords(textOf(headers["content-type"]).split(";")[0] ?? "", secrets);
  if (text === "") return "The answer is empty.";
  // These two are texts of nginx, where it is set up to ask for client certificates.
  if (text.includes("No required SSL certificate was sent")) return "The server wants a client certificate.";
  if (text.includes("The SSL certificate error")) return "The server refuses our client certificate.";
  // Of nginx, too.
  if (text.includes(PLAIN_TO_HTTPS)) return "The device's port speaks HTTPS: change its address to https://.";
  if (type === "text/html" || /^\s*<(!doctype html|html)\b/i.test(text))
    return "The answer is a web page, perhaps of a proxy.";
  return `The answer is not what the API documents (${type || "no content type"}, ${text.length} characters).`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
