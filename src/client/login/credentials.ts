import { ConfigurationError } from "../errors";
import { parseTotpSecret, totpCode } from "./totp";
import { AUTH_METHODS, NOT_VISIBLE_ASCII, type AuthMethod } from "../vocabulary";

export interface Login {
  user?: string;
  password?: string;
  /** Base32 secret of the device's two-factor authentication. */
  totpSecret?: string;
  /** Default `headers`. */
  auth?: AuthMethod;
}

const NAMES: Record<AuthMethod, string> = {
  headers: "PiKVM headers",
  basic: "HTTP Basic",
  session: "a session cookie",
};

/** What a way to log in cannot carry; undefined when it carries all of it. */
const LOSSES: Record<AuthMethod, (user: string, password: string, usesTotp: boolean) => string | undefined> = {
  // HTTP trims what is in a header; a two-factor code comes after the password.
  headers: (_, password, usesTotp) =>
    /^ /.test(password) || (!usesTotp && password.endsWith(" "))
      ? "a password that begins or ends with a blank"
      : undefined,
  // kvmd takes no other one than that between the two.
  basic: (user, password) => (`${user}${password}`.includes(":") ? "a user name or password with a colon" : undefined),
  session: () => undefined,
};

/** Milliseconds for which a two-factor code is that of this moment. */
const TOTP_STEP = 30_000;

/** The user and what proves it. Knows nothing of connections. */
export class Credentials {
  readonly method: AuthMethod;
  readonly user: string;
  readonly #password: string;
  readonly #totpKey: Buffer | undefined;
  /** Each answer asks for them. */
  #written: { password: string; secrets: readonly string[] } = { password: "", secrets: [] };

  constructor({ user = "", password = "", totpSecret = "", auth = "headers" }: Login) {
    if (/[^\x20-\x7e]/.test(password))
      throw new ConfigurationError("The password has characters that the device cannot accept.");
    if (NOT_VISIBLE_ASCII.test(user))
      throw new ConfigurationError("The user name has characters that the device cannot accept.");
    this.method = auth;
    this.user = user;
    this.#password = password;
    this.#totpKey = totpSecret.trim() === "" ? undefined : parseTotpSecret(totpSecret);
    this.#checkCarried();
  }

  /** @throws ConfigurationError for what the way to log in would change, so that the device gets something else. */
  #checkCarried(): void {
    const lossOf = (method: AuthMethod) => LOSSES[method](this.user, this.#password, this.usesTotp);
    const loss = this.user === "" ? undefined : lossOf(this.method);
    if (loss === undefined) return;
    const others = AUTH_METHODS.filter((method) => lossOf(method) === undefined).map((method) => NAMES[method]);
    throw new ConfigurationError(
      `${NAMES[this.method]} cannot carry ${loss}; choose another way to log in: ${others.join(" or ")}.`,
    );
  }

  /** A device that lets everybody in needs no user, and no login. */
  get needsSession(): boolean {
    return this.method === "session" && this.user !== "";
  }

  get usesTotp(): boolean {
    return this.#totpKey !== undefined;
  }

  /** The password, as the ways to send it write it, with the two-factor codes of this half minute and of the last. */
  get secrets(): readonly string[] {
    if (this.#password === "") return [];
    const now = this.password();
    if (this.#written.password !== now) {
      const passwords = [...new Set([now, this.password(Date.now() - TOTP_STEP), this.#password])];
      const basic = passwords.map((password) => `${this.user}:${password}`);
      this.#written = { password: now, secrets: [...passwords, ...basic] };
    }
    return this.#written.secrets;
  }

  /** The password with, where two-factor is on, the code of a moment appended: kvmd takes both in one field. */
  password(now = Date.now()): string {
    return this.#totpKey ? this.#password + totpCode(this.#totpKey, now) : this.#password;
  }

  /** The headers of a request for the methods that need no login. */
  headers(): Record<string, string> {
    if (this.user === "") return {};
    switch (this.method) {
      case "basic":
        return { Authorization: `Basic ${Buffer.from(`${this.user}:${this.password()}`).toString("base64")}` };
      case "headers":
      // While there is no session yet.
      case "session":
        return { "X-KVMD-User": this.user, "X-KVMD-Passwd": this.password() };
    }
  }

  /**
   * What to say when a login is refused with two-factor on: whether our clocks disagree. Empty when they do not, or it
   * is off.
   */
  explainRefusal(deviceDate: unknown): string {
    if (!this.usesTotp || typeof deviceDate !== "string") return "";
    const skew = Math.round((Date.now() - Date.parse(deviceDate)) / 1000);
    if (Number.isNaN(skew) || Math.abs(skew) < 30) return "";
    const difference = `${Math.abs(skew)} s ${skew > 0 ? "ahead of" : "behind"} the device's`;
    return `This computer's clock is ${difference}; two-factor codes need clocks that agree within 30 s`;
  }
}
