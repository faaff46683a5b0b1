import { asMessage } from "./words";
import { sentences } from "./sentences";

/** Facts that any error may carry besides its message: see `PiKVMError`. */
export interface ErrorDetails {
  code?: string;
  /** The error underneath. */
  cause?: unknown;
  outcome?: "unknown";
  retryable?: boolean;
}

const MAY_HAVE_HAPPENED = "The request had been sent: it may or may not have been carried out.";

/** What an error says of a request whose answer is lost, by whether it changes the device. */
export function lostAnswer(changes: boolean): ErrorDetails {
  return changes ? { outcome: "unknown" } : {};
}

/** Base of everything this package throws; thrown itself when a resource is used before `open()` or after `close()`. */
export class PiKVMError extends Error {
  /** Short machine-readable reason, e.g. `ECONNREFUSED` or `HTTP_409`. */
  readonly code: string;
  /** Whether trying the same thing again is safe and may help. */
  readonly retryable: boolean;
  /**
   * Set when a request that changes the device was sent but its answer was lost: it may or may not have been carried
   * out.
   */
  declare readonly outcome?: "unknown";
  /** Of a text that was being typed: the characters that the device had taken, and those that must have arrived. */
  declare readonly sent?: number;
  declare readonly typed?: number;

  constructor(message: string, details: ErrorDetails = {}) {
    const text = asMessage(message);
    const whole = details.outcome === undefined ? text : sentences(text, MAY_HAVE_HAPPENED);
    super(whole, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = details.code ?? "PIKVM";
    if (details.outcome !== undefined) this.outcome = details.outcome;
    // What may already have happened must never be done twice.
    this.retryable = details.retryable === true && details.outcome === undefined;
    for (const error of [this, details.cause]) forgetCallers(error);
  }
}

/**
 * Until its stack is asked for, an error keeps all objects whose methods were running: whoever keeps it, as the reason of
 * an abort signal is kept, would keep a device that is gone, and its password.
 */
function forgetCallers(error: unknown): void {
  if (error instanceof Error) void error.stack;
}

/** What an answer of the device says about a failure: see `APIError`. */
export interface Refusal {
  statusCode: number;
  error?: string;
  errorMsg?: string;
  /** It is kvmd's own web server that does not know the path. */
  lacksCall?: boolean;
}

/** The device (or a proxy before it) answered with a status of 400 or more, or with `"ok": false`. */
export class APIError extends PiKVMError {
  /** HTTP status; 0 when the refusal came in the body of an HTTP 200. */
  readonly statusCode: number;
  /** The device's own error class, e.g. `AtxIsBusyError`; empty when something else answered, such as a proxy. */
  readonly error: string;
  /** The device's own message; empty when something else answered. */
  readonly errorMsg: string;
  /** Set when the device itself says that it does not have such a call, and not something before it. */
  declare readonly lacksCall?: true;

  constructor(message: string, refusal: Refusal, details: ErrorDetails = {}) {
    super(message, { code: refusal.statusCode === 0 ? "NOT_OK" : `HTTP_${refusal.statusCode}`, ...details });
    this.statusCode = refusal.statusCode;
    this.error = refusal.error ?? "";
    this.errorMsg = refusal.errorMsg ?? "";
    if (refusal.lacksCall === true) this.lacksCall = true;
  }
}

/**
 * HTTP 401 (no usable credentials), 403 (credentials refused), or the 429 of a firmware that has locked all logins for
 * a while. Nothing more is sent until the time of the next trial, since trying again may lock an account.
 */
export class AuthError extends APIError {
  /** When the login is tried again; absent when the refusal is not one of our login. */
  declare readonly nextTrial?: Date;
  /** Seconds for which the device refuses every login, where it says so. */
  declare readonly lockedFor?: number;

  constructor(message: string, refusal: Refusal, { nextTrial, lockedFor, ...details }: RefusedLogin = {}) {
    super(message, refusal, details);
    if (nextTrial !== undefined) this.nextTrial = nextTrial;
    if (lockedFor !== undefined) this.lockedFor = lockedFor;
  }
}

interface RefusedLogin extends ErrorDetails {
  nextTrial?: Date;
  lockedFor?: number | undefined;
}

/** HTTP 409: the device performs another operation of this kind; nothing was done, and trying again is safe. */
export class BusyError extends APIError {
  constructor(message: string, refusal: Refusal, details: ErrorDetails = {}) {
    super(message, refusal, { retryable: true, ...details });
  }
}

/** HTTP 503: the subsystem is not available now, e.g. there is no picture. */
export class UnavailableError extends APIError {
  constructor(message: string, refusal: Refusal, details: ErrorDetails = {}) {
    super(message, refusal, { retryable: true, ...details });
  }
}

/** The answer was a redirect. It is never followed: credentials are not sent elsewhere. */
export class RedirectError extends APIError {}

/** The answer was not what the API documents: not HTTP, not JSON, of a wrong shape, or cut short. */
export class ResponseError extends APIError {}

/** A setting of a device without which nothing can be done with it. */
export type MissingSetting = "address" | "certificate" | "tls" | "proxy" | "header" | "output";

/** The request could not be made from what was given; nothing was sent. */
export class ConfigurationError extends PiKVMError {
  /** Of `NOT_CONFIGURED`: which setting of the device. */
  declare readonly missing?: MissingSetting;

  constructor(message: string, details: ErrorDetails & { missing?: MissingSetting } = {}) {
    super(message, { code: details.missing ? "NOT_CONFIGURED" : "INVALID_INPUT", ...details });
    if (details.missing !== undefined) this.missing = details.missing;
  }
}

/** No connection could be made, or it broke: network, name resolution, TLS trust. */
export class ConnectError extends PiKVMError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "CONNECT", ...details });
  }
}

/** No connection or no answer in time. */
export class ConnectionTimeoutError extends PiKVMError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "TIMEOUT", ...details });
  }
}

/** The WebSocket could not be opened, or broke. A refused handshake is the `APIError` of its status instead. */
export class WebSocketError extends PiKVMError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "WEBSOCKET", retryable: true, ...details });
  }
}

/**
 * A condition that was waited for did not come true in time. The request before it was carried out, unless `outcome` is
 * unknown.
 */
export class WaitTimeoutError extends PiKVMError {
  /** What was seen last, where a value or a text was waited for. */
  declare readonly lastValue?: unknown;

  constructor(message: string, { lastValue, ...details }: ErrorDetails & { lastValue?: unknown } = {}) {
    super(message, { code: "WAIT_TIMEOUT", ...details });
    if (lastValue !== undefined) this.lastValue = lastValue;
  }
}

/** The caller cancelled (its `AbortSignal`), or the connection to the device was closed meanwhile. */
export class CancelledError extends PiKVMError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "CANCELLED", ...details });
  }
}

interface Reworded {
  /** A part of something longer was done before the error: trying all of it again is not safe. Default false. */
  begun?: boolean;
}

/** The same error in other words: a new one of the same class, with the same facts, cause and place. */
export function reworded<E extends PiKVMError>(error: E, text: string, { begun = false }: Reworded = {}): E {
  const message = asMessage(text);
  const words = new Error(message, "cause" in error ? { cause: error.cause } : undefined);
  // It has the class of the other one, and gets its properties below.
  const copy = Object.setPrototypeOf(words, Object.getPrototypeOf(error) as object) as E;
  Object.assign(copy, error, begun ? { retryable: false } : {});
  const frames = /\n {4}at [^]*$/.exec(error.stack ?? "")?.[0] ?? "";
  copy.stack = `${error.name}: ${message}${frames}`;
  return copy;
}

/** The same error with more to say, in brackets behind its message: see `reworded`. */
export function withNote<E extends PiKVMError>(error: E, note: string, options?: Reworded): E {
  return reworded(error, `${error.message} (${note})`, options);
}

/** The same error with more to say, when it has turned out what has become of the request. */
export function clarified<E extends PiKVMError>(error: E, note: string): E {
  const copy = reworded(
    error,
    `${error.message.replace(new RegExp(` ?${MAY_HAVE_HAPPENED}`), "").trimEnd()} (${note})`,
  );
  Reflect.deleteProperty(copy, "outcome");
  return copy;
}

/**
 * The names of an error's class and of the classes above it up to `PiKVMError`, e.g.
 * `["BusyError", "APIError", "PiKVMError"]`.
 */
export function errorKinds(error: PiKVMError): string[] {
  const kinds: string[] = [];
  for (
    let prototype: unknown = Object.getPrototypeOf(error);
    prototype instanceof PiKVMError || prototype === PiKVMError.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    kinds.push((prototype as PiKVMError).constructor.name);
  }
  return kinds;
}
