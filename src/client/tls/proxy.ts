import { request } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../clock";
import type { Deadline } from "../deadline";
import { ConfigurationError, ConnectError } from "../errors";
import { isBadHttp, publicCode, targetOf, withoutBytes, type Endpoint } from "../http/network";
import { Refusals } from "../login/refusals";

const EXPECTED = "Expected http://host:port or http://user:password@host:port.";

/**
 * An HTTP proxy on the way to the device. Everything runs in a tunnel through it, so it sees only where we connect to.
 */
export class Proxy {
  /** Its host and port, for messages. */
  readonly target: string;
  readonly #endpoint: Endpoint;
  readonly #login: string | undefined;
  readonly #refusals: Refusals<ConnectError>;
  #refused: ConnectError | undefined;
  /** Somebody offers a login that was refused before. */
  #isTrying = false;

  /** @throws ConfigurationError for what is not the URL of an HTTP proxy. */
  constructor(text: string, clock: Clock) {
    // No message repeats it: there may be a password in it.
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined) throw new ConfigurationError(`The proxy is not a URL. ${EXPECTED}`);
    if (url.protocol !== "http:") {
      throw new ConfigurationError(`A proxy is spoken to by http:// only, not ${url.protocol}// . ${EXPECTED}`);
    }
    if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
      throw new ConfigurationError(`The proxy's URL has more than host and port. ${EXPECTED}`);
    }
    this.#endpoint = {
      hostname: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? 80 : Number(url.port),
    };
    this.target = targetOf(this.#endpoint);
    this.#login = url.username === "" && url.password === "" ? undefined : basicLogin(url);
    this.#refusals = new Refusals(clock, ["proxy", this.target, this.#login]);
  }

  /**
   * A connection to an endpoint through the proxy. `CONNECT host:port`.
   * @throws ConnectError when the proxy cannot be reached, is none, or refuses (`PROXY_` and the status).
   */
  async tunnelTo(endpoint: Endpoint, deadline: Deadline): Promise<Socket> {
    this.#throwIfHeldBack();
    const authority = targetOf(endpoint);
    this.#isTrying = this.#refused !== undefined;
    try {
      const { statusCode, socket } = await deadline.race(this.#connect(authority, deadline.signal));
      if (statusCode === 407 && this.#login !== undefined) {
        socket.destroy();
        throw this.#refusedLogin();
      }
      this.#refused = undefined;
      this.#refusals.clear();
      if (statusCode >= 200 && statusCode < 300) return socket;
      socket.destroy();
      throw this.#refusal(statusCode, authority);
    } finally {
      this.#isTrying = false;
    }
  }

  /** Lets the next connection offer a refused login again. */
  retryLogin(): void {
    this.#refusals.hurry();
  }

  /** As with the device's own credentials: after too many refusals a proxy may lock the account. */
  #throwIfHeldBack(): void {
    const { left, last } = this.#refusals;
    const refused = this.#refused ?? (left > 0 ? last : undefined);
    if (refused && (left > 0 || this.#isTrying)) throw refused;
  }

  #refusedLogin(): ConnectError {
    const isNext = this.#refused === undefined || this.#refusals.left <= 0;
    const problem = `The proxy ${this.target} refuses our user or password`;
    const details = { code: "PROXY_407" };
    this.#refusals.add(new ConnectError(`${problem}.`, details), isNext);
    const when = this.#refusals.nextTrial.toTimeString().slice(0, 8);
    this.#refused = new ConnectError(`${problem}; they are not offered again before ${when}.`, details);
    return this.#refused;
  }

  #connect(authority: string, signal: AbortSignal): Promise<{ statusCode: number; socket: Socket }> {
    const { hostname, port } = this.#endpoint;
    return new Promise((resolve, reject) => {
      const headers = {
        Host: authority,
        Connection: "keep-alive",
        ...(this.#login === undefined ? {} : { "Proxy-Authorization": this.#login }),
      };
      const asking = request({
        host: hostname,
        port,
        method: "CONNECT",
        path: authority,
        headers,
        agent: false,
        signal,
      });
      asking.on("error", (cause) => reject(this.#unreachable(withoutBytes(cause))));
      asking.on("connect", ({ statusCode = 0 }, socket: Socket, head) => {
        if (head.length > 0) socket.unshift(head);
        // Whoever uses the tunnel listens too, but not all the time, and without a listener an error ends the process.
        socket.on("error", () => undefined).setNoDelay(true);
        resolve({ statusCode, socket });
      });
      asking.end();
    });
  }

  #unreachable(cause: unknown): ConnectError {
    if (isBadHttp(cause)) {
      const message = `The proxy ${this.target} does not answer as an HTTP proxy: is its port right?`;
      return new ConnectError(message, { code: "PROXY_NOT_HTTP", cause });
    }
    const code = publicCode(cause, "NETWORK");
    const message = `The proxy ${this.target} cannot be reached (${code}): is its address right, and does it run?`;
    return new ConnectError(message, { code, cause, retryable: true });
  }

  #refusal(statusCode: number, authority: string): ConnectError {
    const problem =
      statusCode === 407
        ? "wants a login: give http://user:password@host:port"
        : `does not connect us to ${authority}: it answers with HTTP ${statusCode}`;
    const details = { code: `PROXY_${statusCode}`, retryable: statusCode >= 500 };
    return new ConnectError(`The proxy ${this.target} ${problem}.`, details);
  }
}

function basicLogin({ username, password }: URL): string {
  try {
    const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(login).toString("base64")}`;
  } catch {
    throw new ConfigurationError("The proxy's user or password has a percent sign that must be written as %25.");
  }
}
