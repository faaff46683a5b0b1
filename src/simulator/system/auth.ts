import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

import { forbidden, unauthorized } from "../api/errors";
import { formFields } from "../api/form";
import { ok, plainStatus, type Reply } from "../api/reply";
import type { Context, KvmdRequest, Route, Subsystem } from "../api/subsystem";
import { SINCE } from "../since";
import { Lockout, type LockoutSettings } from "./lockout";
import { acceptsCode } from "./totp";
import * as valid from "../api/validators";

export interface Account {
  readonly user: string;
  readonly passwd: string;
}

interface Session {
  readonly user: string;
  /** ms from login, or from the end of the last WebSocket where that counts. Infinity is for ever. */
  readonly lifetime: number;
  /** On the clock's scale. */
  expires: number;
  /** Open WebSockets that came with its cookie. */
  sockets: number;
}

/** Who may come in: credentials per request, cookie sessions, one-time codes. */
export class Auth implements Subsystem {
  readonly #context: Pick<Context, "age" | "clock" | "log">;
  enabled = true;
  totpSecret: string | undefined;
  /** The authentication server (LDAP, RADIUS, …) is away: kvmd refuses everybody. */
  serverDown = false;
  #lockout: Lockout | undefined;
  /** As `kvmd.auth.expire`: no session lives longer, in seconds; 0 is no limit. */
  limit = 0;
  /**
   * As `kvmd.auth.extend`: a session does not end while a WebSocket of its own is open, and starts anew when the last
   * one closes.
   */
  extend = false;
  readonly #sessions = new Map<string, Session>();

  constructor(
    context: Pick<Context, "age" | "clock" | "log">,
    public account: Account,
  ) {
    this.#context = context;
  }

  readonly routes: readonly Route[] = [
    { method: "POST", path: "/auth/login", open: true, handle: (request) => this.#login(request) },
    { method: "POST", path: "/auth/logout", handle: (request) => this.#logout(request) },
    { method: "GET", path: "/auth/check", handle: () => undefined },
  ];

  /** Locks logins after too many refusals, as GL.iNet's firmware does. */
  get lockout(): Lockout | undefined {
    return this.#lockout;
  }

  lockAfter(settings: LockoutSettings): void {
    this.#lockout = new Lockout(this.#context.clock, settings);
  }

  /** Sessions live in kvmd's memory only. */
  stop(): void {
    this.#sessions.clear();
  }

  /**
   * The first kind of credential that is present decides, even when a later one would be right.
   *
   * @throws KvmdError 401 without a usable credential, 403 with a refused one, 400 with a malformed one.
   */
  check(headers: IncomingHttpHeaders): void {
    if (!this.enabled) return;
    const name = headerText(headers["x-kvmd-user"]);
    const cookie = tokenOf(headers);
    const basic = /^basic (.*)$/i.exec(headers.authorization ?? "")?.[1];
    if (name !== "") this.#authorize(name, headerText(headers["x-kvmd-passwd"]));
    else if (cookie !== "") this.#checkToken(valid.authToken(cookie));
    else if (basic !== undefined) this.#authorize(...basicPair(basic));
    else throw unauthorized();
  }

  /** A WebSocket opens. @returns What to call when it is closed. */
  hold(headers: IncomingHttpHeaders): () => void {
    const session = this.extend ? this.#sessions.get(tokenOf(headers)) : undefined;
    if (session === undefined) return () => undefined;
    session.sockets += 1;
    return () => {
      session.sockets -= 1;
      session.expires = this.#context.clock.now() + session.lifetime;
    };
  }

  #authorize(name: string, passwd: string): void {
    const user = valid.user(name);
    this.#admit(user, valid.passwd(passwd), false);
    this.#context.log("auth", `Authorized user '${user}' via auth service 'htpasswd'`);
  }

  /** @throws KvmdError 403, or 429 where logins are locked. */
  #admit(user: string, passwd: string, isLogin: boolean): void {
    this.#lockout?.check(isLogin);
    if (this.#knows(user, passwd)) return;
    this.#lockout?.refused(isLogin);
    throw forbidden();
  }

  #knows(user: string, passwd: string): boolean {
    if (this.serverDown) return false;
    if (this.totpSecret === undefined || !this.#context.age.since(SINCE.totp))
      return user === this.account.user && passwd === this.account.passwd;
    const right = user === this.account.user && passwd.slice(0, -6) === this.account.passwd;
    return right && acceptsCode(this.totpSecret, passwd.slice(-6), this.#context.clock.wall());
  }

  #checkToken(token: string): void {
    const session = this.#sessions.get(token);
    if (session !== undefined && (session.sockets > 0 || session.expires > this.#context.clock.now())) return;
    this.#sessions.delete(token);
    throw forbidden();
  }

  async #login(request: KvmdRequest): Promise<Reply> {
    if (!this.enabled) return ok();
    const form = formFields(request.headers["content-type"], await request.body.all());
    const user = valid.user(form.get("user") ?? "");
    const passwd = valid.passwd(form.get("passwd") ?? "");
    const field = (name: string, since: string) => (this.#context.age.since(since) ? form.get(name) : undefined);
    const expire = valid.int(field("expire", SINCE.loginExpire) ?? "0", { name: "expiration time", min: 0 });
    const redirect = valid.oneOf(
      field("redirect", SINCE.loginRedirect) ?? "",
      "login redirect",
      ["", "/", "/kvm", "/kvm/"],
      4096,
    );
    this.#admit(user, passwd, true);
    const token = randomBytes(32).toString("hex");
    const lifetime = Math.min(expire === 0 ? Infinity : expire, this.limit === 0 ? Infinity : this.limit) * 1000;
    this.#sessions.set(token, { user, lifetime, expires: this.#context.clock.now() + lifetime, sockets: 0 });
    const hidden = this.#context.age.since(SINCE.cookieAttributes);
    const cookie = hidden ? `auth_token=${token}; HttpOnly; Path=/; SameSite=Strict` : `auth_token=${token}; Path=/`;
    if (redirect === "") return { ...ok(), headers: [["Set-Cookie", cookie]] };
    return plainStatus(302, [
      ["Location", redirect],
      ["Set-Cookie", `auth_token=${token}; Path=/`],
    ]);
  }

  /** Ends every session of the cookie's user, not just this one. */
  #logout(request: KvmdRequest): void {
    if (!this.enabled) return;
    const session = this.#sessions.get(valid.authToken(tokenOf(request.headers)));
    for (const [token, { user }] of this.#sessions) if (user === session?.user) this.#sessions.delete(token);
  }
}

function headerText(value: string | string[] | undefined): string {
  // Node hands header bytes over as Latin-1; Python's server reads them as UTF-8. Both are outside of what kvmd
  // accepts.
  return Array.isArray(value) ? (value[0] ?? "") : (value ?? "");
}

function tokenOf(headers: IncomingHttpHeaders): string {
  for (const part of (headers.cookie ?? "").split(";")) {
    const [name, value] = part.trim().split("=", 2);
    if (name === "auth_token") return value ?? "";
  }
  return "";
}

/** kvmd splits on every colon, so a password with a colon is no usable credential. */
function basicPair(encoded: string): [user: string, passwd: string] {
  const pair = Buffer.from(encoded, "base64").toString("utf8").split(":");
  const [user, passwd] = pair;
  if (pair.length !== 2 || user === undefined || passwd === undefined) throw unauthorized();
  return [user, passwd];
}
