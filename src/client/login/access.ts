import { refusalOf, resultOf, type Answer } from "../http/answer";
import { Credentials, type Login } from "./credentials";
import { within } from "../deadline";
import { AuthError, type APIError } from "../errors";
import { integerIn } from "../ranges";
import { sentences } from "../sentences";
import { Session } from "./session";

export interface AccessOptions extends Login {
  /**
   * Seconds that a login lasts with `auth: "session"`; then another is made. 0 = as long as the device allows. Default
   * 0.
   */
  sessionExpire?: number;
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

type Headers = Record<string, string>;
type Signals = readonly (AbortSignal | undefined)[];

/** Sends a POST with no credentials but those in its headers. @throws what any call does. */
type Send = (
  path: string,
  request: { headers: Headers; body?: string; signal?: AbortSignal | undefined },
) => Promise<Answer>;

/** Who we are to a device: our credentials, our session, and whether the device has refused them. */
export class Access {
  readonly #credentials: Credentials;
  readonly #expire: number;
  readonly #session: Session | undefined;
  readonly #send: Send;
  #refused: AuthError | undefined;

  /** @throws ConfigurationError for what cannot be. */
  constructor({ sessionExpire = 0, ...login }: AccessOptions, send: Send) {
    this.#credentials = new Credentials(login);
    this.#expire = expireOf(sessionExpire);
    this.#send = send;
    if (this.#credentials.needsSession) this.#session = new Session(() => this.#login({}));
  }

  get hasSession(): boolean {
    return this.#session !== undefined;
  }

  /**
   * Runs something that needs credentials, for the WebSocket's handshake too; where a session has ended on the device,
   * once more with a new one. That is safe for any request: the device looks at the credentials before it does
   * anything. Credentials that the device has refused are not offered to it again: some devices lock accounts.
   * @param signals end the wait for a login.
   */
  async withAuth<T>(work: (headers: Headers) => Promise<T>, signals: Signals): Promise<T> {
    return this.#unlessRefused(() => this.#withCredentials(work, signals));
  }

  /**
   * Makes a session; the client's own is used from then on by all calls with `auth: "session"`.
   * @returns the token; empty where the device lets everybody in and makes no sessions.
   */
  async login(options: LoginOptions): Promise<string> {
    if (options.as) return this.#login(options);
    const token = await this.#unlessRefused(() => this.#login(options));
    this.#session?.use(token);
    return token;
  }

  /** Ends all sessions of a token's user. @param token default that of the client's own session. */
  async logout(token: string | undefined, signal: AbortSignal | undefined): Promise<void> {
    const logout = async (headers: Headers) => resultOf(await this.#send("/api/auth/logout", { headers, signal }));
    if (token !== undefined) await logout(cookieOf(token));
    else {
      await this.withAuth(logout, [signal]);
      this.#session?.forget();
    }
  }

  async #unlessRefused<T>(work: () => Promise<T>): Promise<T> {
    if (this.#refused) throw new AuthError(sentences(this.#refused.message, NOT_TRIED_AGAIN), this.#refused);
    try {
      return await work();
    } catch (error) {
      // Only a refusal of the device itself: a proxy on the way may refuse for a reason that passes.
      if (error instanceof AuthError && error.error !== "") this.#refused = error;
      throw error;
    }
  }

  async #withCredentials<T>(work: (headers: Headers) => Promise<T>, signals: Signals): Promise<T> {
    const session = this.#session;
    if (!session) return work(this.#credentials.headers());
    return within(signals, undefined, async (end) => {
      const token = await end.race(session.token());
      try {
        return await work(cookieOf(token));
      } catch (error) {
        if (!(error instanceof AuthError)) throw error;
        return work(cookieOf(await end.race(session.token(token))));
      }
    });
  }

  /**
   * The error of an answer that is not a success; a refused login says more where two-factor codes may be the reason.
   */
  refusal(answer: Answer): APIError {
    const refusal = refusalOf(answer);
    const explanation = refusal instanceof AuthError ? this.#credentials.explainRefusal(answer.headers["date"]) : "";
    return explanation === "" ? refusal : new AuthError(sentences(refusal.message, explanation), refusal);
  }

  async #login({ as, expire = this.#expire, signal }: LoginOptions): Promise<string> {
    const { user, password } = as ?? { user: this.#credentials.user, password: this.#credentials.password() };
    const form = new URLSearchParams({ user, passwd: password });
    // Old devices do not know it.
    if (expireOf(expire) > 0) form.append("expire", String(expire));
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const answer = await this.#send("/api/auth/login", { headers, body: form.toString(), signal });
    resultOf(answer);
    return /auth_token=([^;]+)/.exec(String(answer.headers["set-cookie"] ?? ""))?.[1] ?? "";
  }
}

const NOT_TRIED_AGAIN = "It is not tried again until the settings change, since some devices lock accounts.";

/** kvmd reads at most 16 digits. */
function expireOf(expire: number): number {
  return integerIn("The time that a session lasts", expire, { min: 0, max: Number.MAX_SAFE_INTEGER, unit: " s" });
}

function cookieOf(token: string): Headers {
  return token === "" ? {} : { Cookie: `auth_token=${token}` };
}
