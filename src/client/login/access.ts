import { refusalOf, resultOf, type Answer } from "../http/answer";
import { checkHeader } from "../http/headers";
import { Credentials, type Login } from "./credentials";
import { REAL_CLOCK, type Clock } from "../clock";
import { within } from "../deadline";
import { AuthError, type APIError } from "../errors";
import { integerIn } from "../ranges";
import { sentences } from "../sentences";
import { Refusals } from "./refusals";
import { Session } from "./session";
import { Trials, type Offer } from "./trials";

export interface AccessOptions extends Login {
  /**
   * Sent with everything, for a login in front of the device, such as `CF-Access-Client-Secret`: to the device's address
   * only, never to a proxy on the way. `Authorization` may be one of them, except with `auth: "basic"`. Default none.
   */
  headers?: Headers;
  /**
   * Seconds that a login lasts with `auth: "session"`; then another is made. 0 = as long as the device allows. Default
   * 0.
   */
  sessionExpire?: number;
  /** Measures the pauses after a refused login. Default the computer's, whatever its date is set to; for tests. */
  clock?: Clock;
}

export interface LoginOptions {
  /**
   * Seconds that the session lasts; 0 = as long as the device allows, which may have a limit for all. Default
   * `sessionExpire`.
   */
  expire?: number;
  /** Somebody else than the client's own user. */
  as?: { user: string; password: string };
  /** Cancels the call. A session that was made meanwhile is not ended. */
  signal?: AbortSignal | undefined;
}

type Headers = Readonly<Record<string, string>>;
type Signals = readonly (AbortSignal | undefined)[];

/** Sends a POST (or a GET) with no credentials but those in its headers. @throws what any call does. */
type Send = (
  path: string,
  request: {
    method?: "GET" | "POST";
    headers: Headers;
    body?: string;
    secrets?: readonly string[];
    signal?: AbortSignal | undefined;
  },
) => Promise<Answer>;

/** Who we are to a device: our credentials, our session, and when they may be offered. */
export class Access {
  readonly #credentials: Credentials;
  readonly #inFront: Headers;
  readonly #expire: number;
  readonly #session: Session | undefined;
  readonly #send: Send;
  readonly #trials: Trials;

  /**
   * @param baseUrl where the device is.
   * @throws ConfigurationError for what cannot be.
   */
  constructor(
    baseUrl: string,
    { sessionExpire = 0, clock = REAL_CLOCK, headers = {}, ...login }: AccessOptions,
    send: Send,
  ) {
    const { user = "", password = "", totpSecret = "", auth = "headers" } = login;
    this.#credentials = new Credentials(login);
    for (const [name, value] of Object.entries(headers))
      checkHeader(name, value, auth === "basic" ? undefined : "authorization");
    this.#inFront = { ...headers };
    this.#expire = expireOf(sessionExpire);
    this.#send = (path, request) => send(path, { ...request, headers: { ...this.#inFront, ...request.headers } });
    if (this.#credentials.needsSession)
      this.#session = new Session(() => this.#trials.attempt(LOGIN, () => this.#login({})));
    this.#trials = new Trials({
      clock,
      refusals: new Refusals(clock, [baseUrl, user, password, totpSecret, auth, headers]),
      trial: () => this.#session?.token() ?? this.#trials.attempt(CHECK, () => this.#check()),
      onRefused: () => this.#session?.forget(),
    });
  }

  get hasSession(): boolean {
    return this.#session !== undefined;
  }

  /** What must not be in what goes on of an answer. */
  get secrets(): readonly string[] {
    const inFront = Object.values(this.#inFront).filter((value) => value !== "");
    return [...this.#credentials.secrets, ...(this.#session?.secrets ?? []), ...inFront];
  }

  /**
   * Runs something that needs credentials, for the WebSocket's handshake too; where a session has ended on the device,
   * again with a new one. That is safe for any request that kvmd itself refuses: it looks at the credentials before
   * it does anything. Credentials that the device has refused are offered again only when it is time for a trial: some
   * devices lock accounts.
   * @param offer `signals` and `limit` end the wait for a login, and for others who offer the same credentials.
   * @throws AuthError, with the time of the next trial.
   */
  withAuth<T>(work: (headers: Headers) => Promise<T>, offer: Offer): Promise<T> {
    const through = (headers: Headers) => work({ ...this.#inFront, ...headers });
    if (!this.#session) return this.#trials.offer(offer, () => through(this.#credentials.headers()));
    return this.#withSession(this.#session, through, offer);
  }

  /**
   * Tries a refused login again now. Where none has been refused nothing is sent.
   * @throws AuthError when it is refused again, or was too often in the last hour; the errors of connecting.
   */
  async retryLogin(signals: Signals): Promise<void> {
    await this.#trials.retry(signals);
  }

  /** Says that the device was away: what it made of credentials before that counts no more. */
  doubt(): void {
    this.#trials.doubt();
  }

  /** Waits until a refused login is tried again, or has been accepted. @throws the error of a signal that ends. */
  async untilTrial(...signals: Signals): Promise<void> {
    await this.#trials.untilTrial(...signals);
  }

  /**
   * Makes a session; the client's own is used from then on by all calls with `auth: "session"`.
   * @returns the token; empty where the device lets everybody in and makes no sessions.
   */
  async login(options: LoginOptions): Promise<string> {
    if (options.as) return this.#login(options);
    const offer = { path: LOGIN, signals: [options.signal] };
    const token = await this.#trials.offer(offer, () => this.#login(options));
    this.#session?.use(token);
    return token;
  }

  /** Ends all sessions of a token's user. @param token default that of the client's own session. */
  async logout(token: string | undefined, signal: AbortSignal | undefined): Promise<void> {
    const logout = async (headers: Headers) => resultOf(await this.#send("/api/auth/logout", { headers, signal }));
    if (token !== undefined) await logout(cookieOf(token));
    else {
      await this.withAuth(logout, { path: "/api/auth/logout", signals: [signal] });
      this.#session?.forget();
    }
  }

  async #withSession<T>(session: Session, work: (headers: Headers) => Promise<T>, offer: Offer): Promise<T> {
    const { path, changes, signals } = offer;
    return within(signals, undefined, async (end) => {
      let refused: string | undefined;
      for (let left = SESSIONS - 1; ; left -= 1) {
        await this.#trials.permit(end);
        const token = await end.race(session.token(refused));
        const send = () => work(cookieOf(token));
        try {
          return await (left === 0 ? this.#trials.attempt(path, send) : send());
        } catch (error) {
          if (left === 0 || !(error instanceof AuthError)) throw error;
          // Where all logins are locked another one would only be counted.
          if (error.statusCode === 429) return await this.#trials.attempt(path, () => Promise.reject(error));
          if (changes && error.error === "") {
            // Something else than kvmd says so, and nobody knows whether it has let the request through.
            session.forget();
            throw error;
          }
          refused = token;
          // What is refused by something else has nothing to do with a session of kvmd.
          if (error.error === "") left = 1;
        }
      }
    });
  }

  /**
   * The error of an answer that is not a success; a refused login says more where two-factor codes may be the reason.
   * @param address of the device, as it was asked.
   */
  refusal(answer: Answer, address: string): APIError {
    const refusal = refusalOf(Object.assign(answer, { address, secrets: answer.secrets ?? this.secrets }));
    const explanation = refusal instanceof AuthError ? this.#credentials.explainRefusal(answer.headers["date"]) : "";
    return explanation === ""
      ? refusal
      : new AuthError(sentences(refusal.message, explanation), refusal, { code: "CLOCK_SKEW" });
  }

  async #check(): Promise<void> {
    resultOf(await this.#send(CHECK, { method: "GET", headers: this.#credentials.headers() }));
  }

  async #login({ as, expire = this.#expire, signal }: LoginOptions): Promise<string> {
    const { user, password } = as ?? { user: this.#credentials.user, password: this.#credentials.password() };
    const form = new URLSearchParams({ user, passwd: password });
    // Old devices do not know it.
    if (expireOf(expire) > 0) form.append("expire", String(expire));
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const answer = await this.#send(LOGIN, { headers, body: form.toString(), secrets: [password], signal });
    resultOf(answer);
    return /auth_token=([^;]+)/.exec(String(answer.headers["set-cookie"] ?? ""))?.[1] ?? "";
  }
}

/** The one that there was, a new one, and, where kvmd has just restarted and lost that as well, another. */
const SESSIONS = 3;
const LOGIN = "/api/auth/login";
const CHECK = "/api/auth/check";

/** kvmd reads at most 16 digits. */
function expireOf(expire: number): number {
  return integerIn("The time that a session lasts", expire, { min: 0, max: Number.MAX_SAFE_INTEGER, unit: " s" });
}

function cookieOf(token: string): Headers {
  return token === "" ? {} : { Cookie: `auth_token=${token}` };
}
