import { setMaxListeners } from "node:events";
import type { Readable } from "node:stream";
import { Agent, DecoratorHandler, type Dispatcher } from "undici";
import { parseAddress, type Address } from "./address";
import { refusalOf, resultOf, type Answer } from "./answer";
import { Credentials, type Login } from "./credentials";
import { cancelledBy, Deadline } from "./deadline";
import {
  type APIError,
  AuthError,
  ConfigurationError,
  ConnectError,
  ConnectionTimeoutError,
  ResponseError,
} from "./errors";
import { networkError } from "./network";
import { Session } from "./session";
import { connectorFor, type Connector, type Trust } from "./trust";

export interface TransportOptions extends Login {
  /** `host`, `host:port`, or an http(s) URL, possibly with a sub-path. */
  address: string;
  /** Default `"system"`: a certificate signed by an authority that the system knows. */
  trust?: Trust;
  /** Seconds for TCP and TLS. Default 10. */
  connectTimeout?: number;
  /** Seconds for an ordinary answer. Default 30. */
  timeout?: number;
  /** Refuse everything that changes the device, before it is sent. */
  readOnly?: boolean;
}

/** Options that every call accepts. */
export interface CallOptions {
  /** Cancels the call. What was sent already is not undone. */
  signal?: AbortSignal | undefined;
}

export type Query = Record<string, string | number | boolean | undefined>;

export interface RequestOptions extends CallOptions {
  /** Parameters; `undefined` ones are left out, booleans are spelled 1 and 0. */
  query?: Query;
  body?: string | Buffer | Readable;
  headers?: Record<string, string>;
  /** Seconds the device may take on top of the ordinary timeout. */
  extraTime?: number;
  /** Send no credentials. */
  anonymous?: boolean;
  /** The request changes nothing although it is a POST. */
  harmless?: boolean;
}

/** Idle connections are given up before nginx does so after 10 s, so that a POST never meets a dying one. */
const KEEP_ALIVE = { keepAliveTimeout: 4000, keepAliveMaxTimeout: 8000 };
/** A device has little to say at once; more requests wait for a free connection. */
const CONNECTIONS = 16;
/** The largest JSON answer is the listing of an image storage. */
const MAX_ANSWER = 32 * 1024 * 1024;

/** Requests to one device: envelope, errors, authentication, trust, time limits, cancelling. The only user of undici. */
export class Transport {
  readonly address: Address;
  readonly credentials: Credentials;
  readonly connector: Connector;
  readonly timeout: number;
  readonly #readOnly: boolean;
  readonly #agent: Dispatcher;
  readonly #closed = new AbortController();
  readonly #session: Session | undefined;

  constructor(options: TransportOptions) {
    const connectTimeout = options.connectTimeout ?? 10;
    this.address = parseAddress(options.address);
    this.credentials = new Credentials(options);
    this.connector = connectorFor(options.trust ?? "system", connectTimeout);
    this.timeout = options.timeout ?? 30;
    this.#readOnly = options.readOnly ?? false;
    // Time limits are the Deadline's, the same for all phases of a request.
    this.#agent = new Agent({
      ...KEEP_ALIVE,
      connections: CONNECTIONS,
      connect: this.connector,
      headersTimeout: 0,
      bodyTimeout: 0,
    }).compose(noteSending);
    // One listener for each running request.
    setMaxListeners(0, this.#closed.signal);
    if (this.credentials.method === "session") this.#session = new Session(() => this.#login());
  }

  /** Host and port, for messages. */
  get target(): string {
    return `${this.address.hostname}:${this.address.port}`;
  }

  /** Ends when the transport is closed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Reads; repeated once when a kept-alive connection turns out to be broken. */
  async get<T>(path: string, options: RequestOptions = {}): Promise<T> {
    try {
      return await this.#result<T>("GET", path, options);
    } catch (error) {
      if (!(error instanceof ConnectError && BROKEN_CONNECTION.has(error.code))) throw error;
      return this.#result<T>("GET", path, options);
    }
  }

  /** Changes something, and is therefore sent at most once. */
  async post<T = unknown>(path: string, options: RequestOptions = {}): Promise<T> {
    if (this.#readOnly && !options.harmless) {
      throw new ConfigurationError("The device is set to read-only; nothing was sent.", { code: "READ_ONLY" });
    }
    return this.#result<T>("POST", path, options);
  }

  /** The headers that prove who we are; for the WebSocket's handshake too. @param refused a session token that did not work. */
  async authHeaders(refused?: string): Promise<Record<string, string>> {
    if (!this.#session) return this.credentials.headers();
    return { Cookie: `auth_token=${await this.#session.token(refused)}` };
  }

  /**
   * Runs something that needs credentials; where a session has ended on the device, once more with a new one. That is safe for any
   * request: the device looks at the credentials before it does anything.
   */
  async withAuth<T>(work: (headers: Record<string, string>) => Promise<T>): Promise<T> {
    const headers = await this.authHeaders();
    try {
      return await work(headers);
    } catch (error) {
      const token = headers["Cookie"]?.slice("auth_token=".length);
      if (!(error instanceof AuthError) || token === undefined) throw error;
      return work(await this.authHeaders(token));
    }
  }

  /** The error of an answer that is not a success; a refused login says more where two-factor codes may be the reason. */
  refusal(answer: Answer): APIError {
    const refusal = refusalOf(answer);
    const explanation = refusal instanceof AuthError ? this.credentials.explainRefusal(answer.headers["date"]) : "";
    return explanation === "" ? refusal : new AuthError(`${refusal.message}${explanation}`, refusal);
  }

  /** Ends all requests and connections. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#agent.destroy();
  }

  async #result<T>(method: "GET" | "POST", path: string, options: RequestOptions): Promise<T> {
    const send = (auth: Record<string, string>) => this.#exchange(method, path, options, auth);
    const answer = await (options.anonymous ? send({}) : this.withAuth(send));
    // The caller names the type of what this call answers; fields the device adds are kept.
    return resultOf(answer) as T;
  }

  async #login(): Promise<string> {
    const form = new URLSearchParams({ user: this.credentials.user, passwd: this.credentials.password() });
    const options = {
      body: form.toString(),
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      harmless: true,
    };
    const answer = await this.#exchange("POST", "/api/auth/login", options, {});
    resultOf(answer);
    const token = /auth_token=([^;]+)/.exec(String(answer.headers["set-cookie"] ?? ""))?.[1];
    if (token === undefined)
      throw new ResponseError("The login was accepted but set no cookie.", answer, { code: "BAD_RESPONSE" });
    return token;
  }

  /** One request with its whole answer. @throws the errors of the network and of refused credentials; other refusals are returned. */
  async #exchange(
    method: "GET" | "POST",
    path: string,
    options: RequestOptions,
    auth: Record<string, string>,
  ): Promise<Answer> {
    const changes = method === "POST" && !options.harmless;
    const progress: Progress = { sent: false };
    using deadline = new Deadline(
      this.timeout + (options.extraTime ?? 0),
      () => timedOut(this.target, progress.sent && changes),
      [options.signal, this.closed],
    );
    if (deadline.signal.aborted) throw cancelledBy(deadline.signal);
    try {
      const answer = await deadline.race(this.#send(method, path, options, auth, deadline.signal, progress));
      if (answer.statusCode === 401 || answer.statusCode === 403) throw this.refusal(answer);
      return answer;
    } catch (error) {
      throw networkError(error, { target: this.target, sent: progress.sent, changes });
    }
  }

  async #send(
    method: "GET" | "POST",
    path: string,
    { query = {}, body, headers }: RequestOptions,
    auth: Record<string, string>,
    signal: AbortSignal,
    progress: Progress,
  ): Promise<Answer> {
    const { origin, path: subPath } = this.address;
    const response = await this.#agent.request({
      origin,
      path: `${subPath}${path}${queryString(query)}`,
      method,
      headers: { ...auth, ...headers },
      body: body ?? null,
      signal,
      opaque: progress,
    });
    const text = await readText(response, method);
    return { statusCode: response.statusCode, headers: response.headers, text };
  }
}

const BROKEN_CONNECTION = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);

interface Progress {
  sent: boolean;
}

/** Notes on a request's `opaque` when its first byte is about to be written: from then on it may have been carried out. */
function noteSending(dispatch: Dispatcher.Dispatch): Dispatcher.Dispatch {
  return (options, handler) => {
    // Every request of this file passes its Progress as `opaque`, which undici hands through.
    const { opaque } = options as Dispatcher.DispatchOptions & { opaque: Progress };
    return dispatch(options, new SendingNote(handler, opaque));
  };
}

type RequestStart = NonNullable<Dispatcher.DispatchHandler["onRequestStart"]>;

// undici's types leave out the methods of its class.
const Decorator = DecoratorHandler as new (handler: Dispatcher.DispatchHandler) => {
  onRequestStart(...args: Parameters<RequestStart>): void;
};

class SendingNote extends Decorator {
  readonly #progress: Progress;

  constructor(handler: Dispatcher.DispatchHandler, progress: Progress) {
    super(handler);
    this.#progress = progress;
  }

  override onRequestStart(...args: Parameters<RequestStart>): void {
    this.#progress.sent = true;
    super.onRequestStart(...args);
  }
}

function timedOut(target: string, mayHaveHappened: boolean): ConnectionTimeoutError {
  const message = `${target} did not answer in time.`;
  return mayHaveHappened
    ? new ConnectionTimeoutError(`${message} The request had been sent: it may or may not have been carried out.`, {
        outcome: "unknown",
      })
    : new ConnectionTimeoutError(message, { retryable: true });
}

async function readText(response: Dispatcher.ResponseData<Progress>, method: "GET" | "POST"): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // undici's body is typed as a stream of anything; without an encoding it yields Buffers.
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MAX_ANSWER) throw new Error(`more than ${MAX_ANSWER} bytes`);
      chunks.push(chunk);
    }
  } catch (cause) {
    const outcome = method === "POST" ? { outcome: "unknown" as const } : {};
    throw new ResponseError(`The device's answer was cut short.`, response, {
      cause,
      code: "CUT_SHORT",
      retryable: true,
      ...outcome,
    });
  }
  return Buffer.concat(chunks).toString("utf8");
}

function queryString(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined)
      parameters.append(name, typeof value === "boolean" ? String(Number(value)) : String(value));
  }
  return parameters.size === 0 ? "" : `?${parameters.toString()}`;
}
