import type { LoginOptions } from "./access";
import { ConfigurationError } from "../errors";
import type { CallOptions, Transport } from "../http/transport";

export interface LogoutOptions extends CallOptions {
  /** A session's token, as `login` returned it. Default that of the client's own session. */
  token?: string;
}

/** Credentials of the device (`/api/auth`). Logging in for `auth: "session"` happens by itself. */
export class Auth {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Succeeds when the device accepts our credentials. `GET /api/auth/check`. @throws AuthError when it does not. */
  async check({ signal }: CallOptions = {}): Promise<void> {
    await this.#transport.get("/api/auth/check", { signal });
  }

  /**
   * Makes a session on the device, with the client's own user, password and two-factor code or, with `as`, somebody
   * else's (append the code to the password). With `auth: "session"` all later calls use the client's own new session;
   * otherwise, and for somebody else's, the token is for other programs. A session before it lives on until it expires
   * or is logged out. `POST /api/auth/login`.
   * @param options.expire seconds, which old devices overlook; counted from the login, whatever is done meanwhile.
   * @returns the session's token, to be kept like a password: 64 hexadecimal digits, sent as the cookie `auth_token`;
   * empty where the device lets everybody in.
   * @throws AuthError when it is refused, after which the client's own credentials are held back as after any refusal
   * (see `PiKVM.retryLogin`); APIError `ValidatorError` for a user that cannot be; ConfigurationError for an `expire`
   * that is no whole number of seconds from 0.
   */
  async login(options: LoginOptions = {}): Promise<string> {
    return this.#transport.access.login(options);
  }

  /**
   * Ends every session of the session's user on the device, other browsers' too. Without a `token` only with
   * `auth: "session"`, where the next call logs in again. `POST /api/auth/logout`.
   * @throws APIError `ValidatorError` when there is no session; AuthError for the `token` of one that has ended;
   * ConfigurationError for what is not a token.
   */
  async logout({ token, signal }: LogoutOptions = {}): Promise<void> {
    if (token !== undefined && !/^[0-9a-f]{64}$/.test(token)) {
      throw new ConfigurationError("The session's token is not 64 hexadecimal digits.");
    }
    await this.#transport.access.logout(token, signal);
  }
}
