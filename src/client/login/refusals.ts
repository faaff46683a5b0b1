import { createHmac, randomBytes } from "node:crypto";
import type { Clock } from "../clock";
import type { PiKVMError } from "../errors";

/** Milliseconds after the first refusal in a row, the second, and so on; the last one holds for all further ones. */
const PAUSES = [1, 5, 15, 60].map((minutes) => minutes * 60_000);
const HOUR = 3_600_000;
/** Firmwares that lock accounts do so after ten refusals in ten minutes, or fewer. */
const MOST_IN_AN_HOUR = 5;

/** The refusals of one login in the last hour. */
interface Record<E> {
  /** On the clock's scale. */
  times: number[];
  last: E;
}

/**
 * Of this whole process: a client that is closed and made anew, as with each deploy, may try at once, but all of them
 * together make no more trials in an hour than one would.
 */
const records = new WeakMap<Clock, Map<string, Record<PiKVMError>>>();
/** Passwords are not kept: what a login is known by is of no use outside of this process. */
const key = randomBytes(32);

/** When what has refused a login may be asked again. */
export class Refusals<E extends PiKVMError> {
  readonly #clock: Clock;
  /** By which all who use this login know it. */
  readonly #login: string;
  /** In a row. */
  #count = 0;
  #due = -Infinity;

  /** @param login all that makes it this login and no other. */
  constructor(clock: Clock, login: readonly unknown[]) {
    this.#clock = clock;
    this.#login = createHmac("sha256", key).update(JSON.stringify(login)).digest("base64");
  }

  /** The last one in the last hour, that anybody in this process has got. */
  get last(): E | undefined {
    return this.#record?.last;
  }

  /** Milliseconds until it may be tried again; 0 or less: now. */
  get left(): number {
    // When there have been few enough in the hour before.
    const oldest = this.#record?.times.at(-MOST_IN_AN_HOUR);
    const free = oldest === undefined ? -Infinity : oldest + HOUR;
    return Math.max(this.#due, free) - this.#clock.now();
  }

  /** When it may be tried again, by the computer's clock. */
  get nextTrial(): Date {
    return new Date(Date.now() + Math.max(0, this.left));
  }

  /**
   * It was refused.
   * @param isNext the answer to a trial, or the first one; false for what was on its way already.
   * @param lockedFor seconds, where the device says for how long it refuses every login.
   */
  add(error: E, isNext: boolean, lockedFor = 0): void {
    const now = this.#clock.now();
    this.#records.set(this.#login, { times: [...(this.#record?.times ?? []), now], last: error });
    if (isNext) {
      this.#due = now + (PAUSES[Math.min(this.#count, PAUSES.length - 1)] ?? HOUR);
      this.#count += 1;
    }
    this.#due = Math.max(this.#due, now + lockedFor * 1000);
  }

  /** It was accepted: the next refusal is the first one again. */
  clear(): void {
    this.#count = 0;
    this.#due = -Infinity;
  }

  /** Somebody asks for a trial now. */
  hurry(): void {
    this.#due = -Infinity;
  }

  get #records(): Map<string, Record<E>> {
    const all = records.get(this.#clock) ?? new Map<string, Record<PiKVMError>>();
    records.set(this.#clock, all);
    return all as Map<string, Record<E>>; // who shares a login shares the kind of its errors
  }

  /** Forgets what is over. */
  get #record(): Record<E> | undefined {
    const hourAgo = this.#clock.now() - HOUR;
    const all = this.#records;
    for (const [login, record] of all) {
      record.times = record.times.filter((time) => time > hourAgo);
      if (record.times.length === 0) all.delete(login);
    }
    return all.get(this.#login);
  }
}
