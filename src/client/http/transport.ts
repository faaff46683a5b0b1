import { setMaxListeners } from "node:events";
import { withAge } from "./absence";
import { Access } from "../login/access";
import { parseAddress } from "./address";
import { resultOf, type Answer } from "./answer";
import { CancelledError, ConfigurationError, ConnectionTimeoutError, type APIError } from "../errors";
import { Http, isStream, whole, type HttpRequest, type Limited, type OpenAnswer, type WholeAnswer } from "./http";
import type { Offer } from "../login/trials";
import { targetOf } from "./network";
import { checkOptions, type TransportOptions } from "./options";
import type { PoolName } from "./pool";
import { Presence } from "../presence";
import { repeatedOnce } from "./retry";
import type { Shape } from "./shape";
import { connectorFor, type Connector } from "../tls/connector";
import type { Address, ChangingMethod } from "../vocabulary";

/** Options that every call accepts. */
export interface CallOptions {
  /** Cancels the call. What was sent already is not undone. */
  signal?: AbortSignal | undefined;
}

export type Query = Record<string, string | number | boolean | undefined>;

export interface RequestOptions extends CallOptions {
  /** Parameters. Those that are undefined are left out; booleans are written as 1 and 0. */
  query?: Query;
  /** A body that can be read only once is sent only once. */
  body?: HttpRequest["body"];
  headers?: Record<string, string>;
  /** Seconds for the answer instead of the ordinary timeout. */
  timeout?: number;
  /** Seconds the device may take on top of the timeout. */
  extraTime?: number;
  /** For what the time is. Default `"all"`. */
  limited?: Limited;
  /** Whose connections it uses. Default `"calls"`, and `"streams"` where the time is not for the whole answer. */
  pool?: PoolName;
  /** The request changes nothing although it is a POST. */
  harmless?: boolean;
  /** What of it the device may quote, and errors must not. Credentials are kept out of them anyway. */
  secrets?: readonly string[];
  /** What of the result its reader relies on. Default: that it is an object. */
  shape?: Shape;
  /**
   * Seconds for which the answer to what was sent is waited for when the call is cancelled, so that what comes next
   * cannot overtake it. If it comes, the call has not been cancelled. Default 0.
   */
  settleTime?: number;
  /** As in `HttpRequest`. */
  onLeft?: HttpRequest["onLeft"];
  /** The request undoes something and is sent even while everything else ends. */
  lastWord?: boolean;
}

type Method = HttpRequest["method"];

/**
 * Requests to one device, with all that is common to them: envelope, errors, login, read-only, what may be repeated.
 */
export class Transport {
  readonly address: Address;
  readonly access: Access;
  readonly connector: Connector;
  readonly presence = new Presence();
  readonly timeout: number;
  readonly #readOnly: boolean;
  readonly #http: Http;
  readonly #closed = new AbortController();
  /** Ends later than `closed`: what is sent last may need a new connection. */
  readonly #destroyed = new AbortController();

  constructor(options: TransportOptions) {
    checkOptions(options);
    // Each call listens to these, and there may be any number of calls.
    setMaxListeners(0, this.closed, this.#destroyed.signal);
    this.address = parseAddress(options.address);
    const baseUrl = this.address.origin + this.address.path;
    this.access = new Access(baseUrl, options, async (path, { method = "POST", headers, ...request }) =>
      whole(await this.#exchange(method, path, { ...request, harmless: true }, headers)),
    );
    this.connector = connectorFor({
      trust: options.trust ?? "system",
      connectTimeout: options.connectTimeout ?? 10,
      proxy: options.proxy,
      lookup: options.lookup,
      closed: this.#destroyed.signal,
      clock: options.clock,
    });
    this.timeout = options.timeout ?? 30;
    this.#readOnly = options.readOnly ?? false;
    this.#http = new Http(this.address, this.connector);
  }

  /** Ends when the device is closed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Reads; repeated once when a kept-alive connection turns out to be broken. */
  async get<T>(path: string, options: RequestOptions = {}): Promise<T> {
    // The caller names the type of what this call answers; fields the device adds are kept.
    return resultOf(await this.read(path, options), options.shape) as T;
  }

  /** Changes something, and is therefore sent at most once. */
  async post<T = unknown>(path: string, options: RequestOptions = {}): Promise<T> {
    return resultOf(await this.change("POST", path, options), options.shape) as T; // as with get
  }

  /** As `get`, for answers of any shape. */
  read(path: string, options: RequestOptions = {}): Promise<WholeAnswer> {
    return this.#repeatedOnce(async () => whole(await this.#answer("GET", path, options)));
  }

  /** As `get`, for answers that are read while they arrive. */
  stream(path: string, options: RequestOptions = {}): Promise<OpenAnswer> {
    return this.#repeatedOnce(() => this.#answer("GET", path, options));
  }

  /** As `post`, for answers of any shape. */
  async change(method: ChangingMethod, path: string, options: RequestOptions = {}): Promise<WholeAnswer> {
    return whole(await this.changeStreaming(method, path, options));
  }

  /** As `post`, for answers that are read while they arrive. */
  async changeStreaming(method: ChangingMethod, path: string, options: RequestOptions = {}): Promise<OpenAnswer> {
    if (!options.harmless) this.refuseReadOnly();
    return this.#answer(method, path, options);
  }

  /** @throws ConfigurationError when nothing may be changed. */
  refuseReadOnly(): void {
    if (!this.#readOnly) return;
    throw new ConfigurationError("The device is set to read-only; nothing was sent.", { code: "READ_ONLY" });
  }

  /** As `Access.withAuth`. @param timeout seconds to wait for others who offer the same credentials. */
  withAuth<T>(
    work: (headers: Record<string, string>) => Promise<T>,
    { timeout = this.timeout, ...offer }: Omit<Offer, "limit"> & { timeout?: number | undefined },
  ): Promise<T> {
    const late = () =>
      new ConnectionTimeoutError(`${targetOf(this.address)} did not answer in time.`, { retryable: true });
    return this.access.withAuth(work, { ...offer, limit: { seconds: timeout, late } });
  }

  /** As `Access.refusal`. */
  refusal(answer: Answer): APIError {
    return this.access.refusal(answer, this.address.origin);
  }

  /** Ends all calls, except for those with `lastWord`. */
  end(): void {
    this.#closed.abort(closedError());
  }

  /** Ends all connections. */
  async destroy(): Promise<void> {
    this.#destroyed.abort(closedError());
    await this.#http.destroy();
  }

  #answer(method: Method, path: string, options: RequestOptions): Promise<OpenAnswer> {
    const { signal, timeout, body } = options;
    const signals = this.#signalsOf(options);
    const offer = { path, changes: isChange(method, options), signals, timeout };
    const answer = () => this.withAuth((auth) => this.#exchange(method, path, options, auth), offer);
    // A body that can be read only once cannot be sent again with a new session: check first that there is one.
    return this.access.hasSession && isStream(body) ? this.read("/api/auth/check", { signal }).then(answer) : answer();
  }

  /** @throws the errors of the network, and of answers that are not a success. */
  async #exchange(
    method: Method,
    path: string,
    options: RequestOptions,
    auth: Record<string, string> = {},
  ): Promise<OpenAnswer> {
    const { limited = "all", pool = limited === "all" ? "calls" : "streams" } = options;
    try {
      const answer = await this.#http.open({
        method,
        path: withQuery(path, options.query),
        headers: options.headers ? { ...auth, ...options.headers } : auth,
        body: options.body,
        changes: isChange(method, options),
        timeout: (options.timeout ?? this.timeout) + (options.extraTime ?? 0),
        limited,
        pool,
        signals: this.#signalsOf(options),
        settleTime: options.settleTime,
        onLeft: options.onLeft,
      });
      answer.secrets = [...this.access.secrets, ...(options.secrets ?? [])];
      if (answer.statusCode >= 300) throw withAge(this.refusal(await whole(answer)), path);
      this.presence.seen();
      return answer;
    } catch (error) {
      this.presence.failed(error);
      throw error;
    }
  }

  #repeatedOnce<T>(work: () => Promise<T>): Promise<T> {
    return repeatedOnce(work, () => this.presence.lost());
  }

  #signalsOf({ signal, lastWord }: RequestOptions): (AbortSignal | undefined)[] {
    return [signal, lastWord ? undefined : this.closed];
  }
}

const closedError = () => new CancelledError("This PiKVM has been closed.", { code: "CLOSED" });

const isChange = (method: Method, { harmless = false }: RequestOptions): boolean => method !== "GET" && !harmless;

function withQuery(path: string, query: Query | undefined): string {
  if (query === undefined) return path;
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined)
      parameters.append(name, typeof value === "boolean" ? String(Number(value)) : String(value));
  }
  return parameters.size === 0 ? path : `${path}${path.includes("?") ? "&" : "?"}${parameters.toString()}`;
}
