import type { Clock } from "../clock";
import { within, type Deadline, type Limit } from "../deadline";
import { APIError, AuthError, PiKVMError, reworded } from "../errors";
import { isOutage } from "../presence";
import type { Refusals } from "./refusals";

/** Who offers our credentials, and for how long he waits until they may be offered. */
export interface Offer {
  path: string;
  /** Whether it changes the device. Default false. */
  changes?: boolean;
  signals: readonly (AbortSignal | undefined)[];
  limit?: Limit;
}

interface TrialsSetup {
  clock: Clock;
  refusals: Refusals<AuthError>;
  /** Offers the credentials once, with `attempt`, to know whether they are accepted now. */
  trial: () => Promise<unknown>;
  onRefused: () => void;
}

/** Milliseconds for which credentials that were accepted count as right, if nothing goes wrong meanwhile. */
const TRUSTED = 60_000;
/**
 * Milliseconds without any answer after which a second call may offer credentials of which nothing is known, and after
 * which all may: a device takes 5 s to refuse while its authentication server is down.
 */
const PATIENCE = { second: 1500, all: 6000 };
/** As many refusals in a row by something before the device are meant for us, and not for one path. */
const STRANGERS = 3;
/** Here the device's own web server words the refusals of kvmd. */
const GUARDED = /^\/(streamer|janus|api\/media)(\/|\?|$)/;

/**
 * When our credentials may be offered to a device. Some devices lock an account after a few refusals, and an
 * authentication server may be down for a minute. So credentials of which nothing is known are offered by one call at a
 * time; after a refusal nothing is sent for a while, and then one trial decides for all.
 */
export class Trials {
  readonly #setup: TrialsSetup;
  #isRefused = false;
  #acceptedAt = -Infinity;
  /** Counts refusals: what was on its way before one says nothing of the time after it. */
  #epoch = 0;
  #strangers = 0;
  #trial: Promise<void> | undefined;
  /** Calls that offer credentials of which nothing is known, and since when there are any. */
  #offering = 0;
  #offeringSince = 0;
  readonly #waiting = new Set<() => void>();

  constructor(setup: TrialsSetup) {
    this.#setup = setup;
  }

  /**
   * Waits until credentials may be offered. After a refusal that is when a trial has succeeded, which this makes if it
   * is time.
   * @throws AuthError `LOGIN_PAUSED` when it is not; what keeps the trial from an answer.
   */
  async permit(deadline: Deadline): Promise<void> {
    while (this.#isHeldBack()) {
      if (this.#setup.refusals.left > 0) throw this.#paused();
      try {
        await deadline.race(this.#try());
      } catch (error) {
        // All who wait for one trial get an error of their own.
        throw error instanceof PiKVMError ? reworded(error, error.message) : error;
      }
    }
  }

  /** Runs what offers credentials, when its turn has come. */
  offer<T>(offer: Offer, work: () => Promise<T>): Promise<T> {
    const mayOffer = !this.#isHeldBack() && this.#isTrusted;
    return mayOffer ? this.attempt(offer.path, work) : this.#inTurn(offer, work);
  }

  async #inTurn<T>({ path, signals, limit }: Offer, work: () => Promise<T>): Promise<T> {
    const done = await within(signals, limit, (deadline) => this.#turn(deadline));
    try {
      return await this.attempt(path, work);
    } finally {
      done();
    }
  }

  /** Runs what offers credentials, and learns from what becomes of it. */
  async attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
    const epoch = this.#epoch;
    try {
      const result = await work();
      this.#accepted(epoch);
      return result;
    } catch (error) {
      throw this.#learned(error, path, epoch);
    }
  }

  /** The device was away: it may have other users now, or an authentication server that does not answer. */
  doubt(): void {
    this.#acceptedAt = Math.min(this.#acceptedAt, this.#setup.clock.now() - TRUSTED);
  }

  /** Waits until a trial may be made, or is not needed any more. @throws the error of a signal that ends meanwhile. */
  async untilTrial(...signals: (AbortSignal | undefined)[]): Promise<void> {
    await within(signals, undefined, async (deadline) => {
      while (this.#isHeldBack() && this.#setup.refusals.left > 0)
        await this.#change(deadline, this.#setup.refusals.left);
    });
  }

  /** Makes a trial now, if there was a refusal. @throws as `permit`. */
  async retry(signals: Offer["signals"]): Promise<void> {
    this.#setup.refusals.hurry();
    this.#wake();
    await within(signals, undefined, (deadline) => this.permit(deadline));
  }

  /** Whether there was a refusal, to this client or to others with the same login that were many together. */
  #isHeldBack(): boolean {
    return this.#isRefused || (this.#acceptedAt === -Infinity && this.#setup.refusals.left > 0);
  }

  get #isTrusted(): boolean {
    return this.#setup.clock.now() - this.#acceptedAt < TRUSTED;
  }

  /** Waits for the turn to offer credentials. @returns what to call when they have been. */
  async #turn(deadline: Deadline): Promise<() => void> {
    const { clock } = this.#setup;
    for (;;) {
      await this.permit(deadline);
      if (this.#isTrusted) return () => undefined;
      const patience = this.#offering === 1 ? PATIENCE.second : PATIENCE.all;
      const left = this.#offeringSince + patience - clock.now();
      if (this.#offering === 0 || left <= 0) break;
      await this.#change(deadline, left);
    }
    if (this.#offering === 0) this.#offeringSince = clock.now();
    this.#offering += 1;
    return () => {
      this.#offering -= 1;
      this.#wake();
    };
  }

  /** One trial, however many ask. */
  #try(): Promise<void> {
    this.#trial ??= this.#setup
      .trial()
      .then(
        () => undefined,
        (error: unknown) => {
          // It was refused again, or is over for another reason: whoever waits looks for himself.
          if (!this.#isHeldBack() || this.#setup.refusals.left > 0) return;
          if (!isAnswer(error)) throw error;
        },
      )
      .then(() => {
        if (this.#setup.refusals.left <= 0) this.#accepted(this.#epoch);
      })
      .finally(() => (this.#trial = undefined));
    return this.#trial;
  }

  #accepted(epoch: number): void {
    if (epoch !== this.#epoch) return;
    this.#isRefused = false;
    this.#strangers = 0;
    this.#acceptedAt = this.#setup.clock.now();
    this.#setup.refusals.clear();
    this.#wake();
  }

  /** @returns the error to throw. */
  #learned(error: unknown, path: string, epoch: number): unknown {
    if (error instanceof AuthError) return this.#isForUs(error, path) ? this.#refused(error, epoch) : error;
    // kvmd looks at the credentials before anything but their form.
    const isOfKvmd = error instanceof APIError && error.error !== "" && error.error !== "ValidatorError";
    if (isOfKvmd) this.#accepted(epoch);
    else if (isOutage(error)) this.doubt();
    return error;
  }

  /** Whether a refusal is one of our credentials: a proxy on the way may refuse one path, for a reason that passes. */
  #isForUs({ error, statusCode }: AuthError, path: string): boolean {
    if (error !== "" || statusCode === 401 || GUARDED.test(path)) return true;
    this.#strangers += 1;
    return this.#strangers >= STRANGERS;
  }

  #refused(error: AuthError, epoch: number): AuthError {
    const { refusals, onRefused } = this.#setup;
    const isNext = epoch === this.#epoch;
    if (isNext) this.#epoch += 1;
    this.#isRefused = true;
    this.#strangers = 0;
    refusals.add(error, isNext, error.lockedFor);
    onRefused();
    this.#wake();
    return Object.assign(reworded(error, error.message), { nextTrial: refusals.nextTrial });
  }

  #paused(): AuthError {
    const { last, nextTrial } = this.#setup.refusals;
    const when = `before ${nextTrial.toTimeString().slice(0, 8)}`;
    const message = `${last?.message ?? "The login was refused"}. It is not tried again ${when}, ${REASON}`;
    const { statusCode = 403, error = "", errorMsg = "" } = last ?? {};
    const details = { code: "LOGIN_PAUSED", cause: last, nextTrial };
    return new AuthError(message, { statusCode, error, errorMsg }, details);
  }

  /** Resolves when something has changed, or after some milliseconds. Nothing of it is left when the deadline ends. */
  async #change(deadline: Deadline, ms: number): Promise<void> {
    let changed: () => void = () => undefined;
    const change = new Promise<void>((resolve) => (changed = resolve));
    const timer = this.#setup.clock.setTimeout(changed, ms);
    this.#waiting.add(changed);
    try {
      await deadline.race(change);
    } finally {
      timer.cancel();
      this.#waiting.delete(changed);
    }
  }

  #wake(): void {
    for (const changed of [...this.#waiting]) changed();
  }
}

const REASON = "unless the settings change or a flow asks for it: some devices lock accounts.";

/** Whether a device has answered, and not refused. */
const isAnswer = (error: unknown): boolean =>
  error instanceof APIError && !(error instanceof AuthError) && error.statusCode >= 400 && error.statusCode < 500;
