import { cancelledBy, throwIfCancelled, within } from "../deadline";
import { BusyError } from "../errors";
import { demandBeforeTurn } from "./before-turn";

/**
 * Keeps the order of what changes one subsystem of one device: first in, first out, one at a time, so that two callers
 * never interleave their typing. Who waits can be cancelled; the queue is bounded.
 */
export class Lane {
  readonly #name: string;
  readonly #closed: AbortSignal;
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #held = false;

  /**
   * @param closed ends all work, waiting and running.
   * @param limit how many may wait; one more is refused with a `BusyError`.
   */
  constructor(name: string, closed: AbortSignal, limit = 100) {
    this.#name = name;
    this.#closed = closed;
    this.#limit = limit;
  }

  /**
   * Runs the work when it is its turn and holds the lane until the work is done.
   * @param work gets a signal that ends with the caller's, and when the device is closed.
   * @throws BusyError when too many wait already; the signal's error when it ends while waiting.
   */
  async run<T>(work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return within([signal, this.#closed], undefined, async (end) => {
      throwIfCancelled(end.signal);
      if (this.#held) await this.#turn(end.signal);
      else this.#held = true;
      try {
        throwIfCancelled(end.signal);
        demandBeforeTurn(signal);
        return await work(end.signal);
      } finally {
        this.#next();
      }
    });
  }

  /** Another one of its kind, for what is to be in order within one turn of this one. */
  inner(): Lane {
    return new Lane(this.#name, this.#closed, this.#limit);
  }

  /**
   * Runs what must not be left undone: at its turn, or at once where there is none to wait for (the device was closed,
   * the lane is full).
   */
  async runAnyway(work: () => Promise<void>): Promise<void> {
    let begun = false;
    const once = async (): Promise<void> => {
      if (begun) return;
      begun = true;
      await work();
    };
    await this.run(once).catch(once);
  }

  /** Resolves when everything that was in the lane has ended. */
  async idle(): Promise<void> {
    if (!this.#held) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#next();
  }

  #next(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#held = false;
  }

  #turn(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length >= this.#limit) {
      const message = `${this.#limit} requests to ${this.#name} are waiting already; nothing was sent.`;
      return Promise.reject(new BusyError(message, { statusCode: 0 }, { code: "QUEUE_FULL" }));
    }
    return new Promise((resolve, reject) => {
      const start = () => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(start), 1);
        reject(cancelledBy(signal));
      };
      this.#waiting.push(start);
      signal.addEventListener("abort", leave, { once: true });
    });
  }
}
