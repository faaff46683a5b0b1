import { pause } from "../deadline";
import { BusyError, ConnectError } from "../errors";
import { ENDINGS } from "./network";

/** Seconds from one attempt to the next while the device is busy. */
const BUSY_INTERVAL = 1;

/**
 * Repeats once what failed because a kept-alive connection had ended meanwhile. For what changes nothing.
 * @param onEnd called before it is repeated.
 */
export function repeatedOnce<T>(work: () => Promise<T>, onEnd: () => void): Promise<T> {
  return work().catch((error: unknown) => {
    if (!(error instanceof ConnectError && ENDINGS.has(error.code))) throw error;
    onEnd();
    return work();
  });
}

interface BusyOptions {
  /** Seconds to try again. Default 0. */
  busyRetry?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Repeats what the device itself refuses as busy, for a limited time. The only change that is ever sent twice. */
export function whileBusy<T>(work: () => Promise<T>, { busyRetry = 0, signal }: BusyOptions): Promise<T> {
  const end = Date.now() + busyRetry * 1000;
  const delayAfter = (error: unknown) => {
    const left = (end - Date.now()) / 1000;
    const isSafe = error instanceof BusyError && error.outcome === undefined;
    return isSafe && left > 0 ? Math.min(BUSY_INTERVAL, left) : undefined;
  };
  return repeated(work, delayAfter, signal);
}

/**
 * Does work again while it fails.
 * @param delayAfter seconds after which to try again what has failed with this error; undefined: not at all.
 */
export async function repeated<T>(
  work: () => Promise<T>,
  delayAfter: (error: unknown) => number | undefined,
  signal?: AbortSignal,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const delay = delayAfter(error);
      if (delay === undefined) throw error;
      if (delay > 0) await pause(delay, signal);
    }
  }
}
