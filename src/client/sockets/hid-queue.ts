import { pause } from "../deadline";

/**
 * Seconds from one report of keyboard or mouse to the next, on the slowest usual host: full-speed USB, hubs, boot
 * loaders. The device writes one each time that the host asks.
 */
export const POLL_TIME = 0.01;

/** Seconds that what waits in the device may take, so that little is lost when it is dropped, and cancelling is quick. */
export const MAX_BACKLOG = 0.25;

/**
 * How much of what we have handed to the device may still wait there for the host. The device does not tell, so this is
 * the time that the slowest usual host needs.
 */
export class HidQueue {
  /** In milliseconds of the monotonic clock. */
  #emptyAt = 0;

  /** When it must be empty, in milliseconds of the monotonic clock. */
  get emptyAt(): number {
    return this.#emptyAt;
  }

  /** Seconds until it must be empty. */
  get backlog(): number {
    return Math.max(0, this.#emptyAt - performance.now()) / 1000;
  }

  /** @param events what the device has just been given, at most. */
  add(events: number): void {
    if (events <= 0) return;
    // The host may have asked just before.
    const start = Math.max(this.#emptyAt, performance.now() + POLL_TIME * 1000);
    this.#emptyAt = start + events * POLL_TIME * 1000;
  }

  /** The device has dropped it all; it still has to tell the host that all keys are up. */
  clear(): void {
    this.#emptyAt = 0;
    this.add(1);
  }

  /** Waits until it must be empty, or holds no more than some seconds' worth. */
  async drained(signals: readonly (AbortSignal | undefined)[], backlog = 0): Promise<void> {
    for (let left = this.backlog - backlog; left > 0; left = this.backlog - backlog) {
      // Timers cut fractions of a millisecond off.
      await pause(Math.ceil(left * 1000) / 1000, ...signals);
    }
  }
}
