import type { CallOptions, Transport } from "./transport";

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
   * Ends every session of our user on the device, other browsers' too; only with `auth: "session"`. `POST /api/auth/logout`.
   * @throws APIError `ValidatorError` when there is no session.
   */
  async logout({ signal }: CallOptions = {}): Promise<void> {
    await this.#transport.post("/api/auth/logout", { signal, harmless: true });
  }
}
