import { APIError, CancelledError, ConfigurationError } from "./errors";

/**
 * Seconds after kvmd's start in which what it says of its pins may not be so, generously: it takes the first 0.1 s to
 * read them, and until then says of LEDs and inputs that they are off (or on, where they are set to be inverted).
 */
const FIRST_READING = 0.5;

/**
 * Since when a device has been there, as far as it is known. It does not tell when kvmd started; but who starts was away
 * before, which shows in lost connections and in answers of its web server.
 */
export class Presence {
  /** In milliseconds of the monotonic clock; undefined while it is away. */
  #since: number | undefined = -Infinity;

  /** Seconds for which what it says of its pins may still not be so. */
  get unsure(): number {
    const since = this.#since ?? performance.now();
    return Math.max(0, since + FIRST_READING * 1000 - performance.now()) / 1000;
  }

  /** It has said something. */
  seen(): void {
    this.#since ??= performance.now();
  }

  /** A connection to it has ended. */
  lost(): void {
    this.#since = undefined;
  }

  /** A request to it has failed. */
  failed(error: unknown): void {
    if (isOutage(error)) this.lost();
  }
}

/** Whether the device, or kvmd on it, is away. What kvmd itself refuses has a name. */
export const isOutage = (error: unknown): boolean =>
  error instanceof APIError
    ? error.statusCode >= 500 && error.error === ""
    : !(error instanceof CancelledError || error instanceof ConfigurationError);
