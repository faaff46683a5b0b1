interface Wait {
  /** Milliseconds after which it fails. */
  timeout?: number;
  /** What is waited for. */
  what?: string;
  /** Milliseconds between two looks: more where a look takes much. */
  pause?: number;
}

/** Waits for a condition without guessing how long it takes; fails when it does not come true in time. */
export async function until<T>(
  condition: () => T | Promise<T>,
  { timeout = 60_000, what = "the condition", pause = 10 }: Wait = {},
): Promise<NonNullable<T>> {
  const end = Date.now() + timeout;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > end) throw new Error(`${what} did not come true in ${timeout} ms`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
