/** Where time comes from, so that a test can own it. */
export interface Clock {
  /** Milliseconds that only grow, whatever is done to the computer's clock. */
  now(): number;
  setTimeout(run: () => void, ms: number): { cancel(): void };
}

/** Time as it is. */
export const REAL_CLOCK: Clock = {
  now: () => performance.now(),
  setTimeout(run, ms) {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};
