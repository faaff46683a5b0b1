import { cancelledBy } from "./deadline";
import { BusyError } from "./errors";

/**
 * Keeps the order of what changes one subsystem of one device: first in, first out, one at a time, so that two callers never
 * interleave their typing. Who waits can be cancelled; the queue is bounded.
 */
export class Lane {
  readonly #name: string;
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #held = false;

  /** @param limit how many may wait; one more is refused with a `BusyError`. */
  constructor(name: string, limit = 100) {
    this.#name = name;
    this.#limit = limit;
  }

  /**
   * Runs the work when it is its turn and holds the lane until the work is done.
   * @throws BusyError when too many wait already; the signal's error when it ends while waiting.
   */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#held) await this.#turn(signal);
    else this.#held = true;
    try {
      if (signal?.aborted) throw cancelledBy(signal);
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#held = false;
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    if (this.#waiting.length >= this.#limit) {
      const message = `${this.#limit} requests to ${this.#name} are waiting already; nothing was sent.`;
      return Promise.reject(new BusyError(message, { statusCode: 0 }, { code: "QUEUE_FULL" }));
    }
    return new Promise((resolve, reject) => {
      const start = () => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(start), 1);
        if (signal) reject(cancelledBy(signal));
      };
      if (signal?.aborted) {
        reject(cancelledBy(signal));
        return;
      }
      this.#waiting.push(start);
      signal?.addEventListener("abort", leave, { once: true });
    });
  }
}
