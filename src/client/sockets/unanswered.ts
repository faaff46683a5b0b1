import { pause, within } from "../deadline";
import { POLL_TIME } from "./hid-queue";

/** By the device's address: what clients that were closed since have left belongs to it, too. */
const devices = new Map<string, Set<Promise<void>>>();

/**
 * What a device may still do with keyboard and mouse for somebody who does not wait for it any more. Nobody begins
 * anything there before it is over.
 */
export class Unanswered {
  readonly #device: string;
  readonly #own = new Set<Promise<void>>();

  /** @param device its address. */
  constructor(device: string) {
    this.#device = device;
  }

  /** @param over settles when it is. @param events that the device's queue may have got by then. */
  add(over: Promise<unknown>, events = 0): void {
    const all = devices.get(this.#device) ?? new Set();
    devices.set(this.#device, all);
    const done = over
      .catch(() => undefined)
      .then(() => pause(events * POLL_TIME))
      .then(() => {
        this.#own.delete(done);
        all.delete(done);
        if (all.size === 0 && devices.get(this.#device) === all) devices.delete(this.#device);
      });
    this.#own.add(done);
    all.add(done);
  }

  /** Whether nothing of this client's is left. */
  get isOver(): boolean {
    return this.#own.size === 0;
  }

  /** Waits until nothing of this client's is left. */
  async ownOver(): Promise<void> {
    while (!this.isOver) await Promise.all(this.#own);
  }

  /** Waits until nothing of anybody's is left. @throws the error of the first of the signals that ends meanwhile. */
  async over(...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
    for (let left = devices.get(this.#device); left; left = devices.get(this.#device)) {
      const all = Promise.all(left);
      await within(signals, undefined, (deadline) => deadline.race(all));
    }
  }
}
