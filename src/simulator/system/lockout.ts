import type { Clock } from "../clock";
import { KvmdError } from "../api/errors";

export interface LockoutSettings {
  /** So many refused logins in `window` seconds lock all logins for `duration` seconds. 10, 600 and 600 when absent. */
  attempts?: number;
  window?: number;
  duration?: number;
  /** What counts: `POST auth/login` (when absent, as the firmware does it), or credentials in headers too. */
  counts?: "logins" | "all";
}

/** GL.iNet's fork of kvmd locks logins, by the address of the client; all clients here have one. PiKVM has no such thing. */
export class Lockout {
  readonly #settings: Required<LockoutSettings>;
  readonly #clock: Pick<Clock, "now">;
  #refusals: number[] = [];
  #lockedUntil = -Infinity;
  /** How often it was locked. */
  locks = 0;

  constructor(
    clock: Pick<Clock, "now">,
    { attempts = 10, window = 600, duration = 600, counts = "logins" }: LockoutSettings,
  ) {
    this.#clock = clock;
    this.#settings = { attempts, window, duration, counts };
  }

  get isLocked(): boolean {
    return this.#lockedUntil > this.#clock.now();
  }

  /** @throws KvmdError 429 while it is locked, whether or not the password is right. */
  check(isLogin: boolean): void {
    if (this.#counts(isLogin) && this.isLocked) throw this.#error("Too many failed login attempts.");
  }

  /** @throws KvmdError 429 when this was one too many. */
  refused(isLogin: boolean): void {
    if (!this.#counts(isLogin)) return;
    const { attempts, window, duration } = this.#settings;
    const now = this.#clock.now();
    this.#refusals = [...this.#refusals, now].filter((time) => time > now - window * 1000);
    if (this.#refusals.length < attempts) return;
    this.#refusals = [];
    this.#lockedUntil = now + duration * 1000;
    this.locks += 1;
    throw this.#error("Account temporarily locked due to too many failed attempts.");
  }

  #counts(isLogin: boolean): boolean {
    return isLogin || this.#settings.counts === "all";
  }

  #error(reason: string): KvmdError {
    const seconds = Math.floor((this.#lockedUntil - this.#clock.now()) / 1000);
    return new KvmdError("RateLimitError", `${reason} Please try again in ${seconds} seconds.`, 429, {
      remaining_time: seconds,
    });
  }
}
