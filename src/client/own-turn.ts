const waiting: (() => void)[] = [];

/**
 * Waits for a turn of the event loop that nobody else has taken: what comes for many devices or nodes together is done
 * for one after the other, and everything else goes on in between.
 */
export function ownTurn(): Promise<void> {
  if (waiting.length === 0) setImmediate(next);
  return new Promise((resolve) => waiting.push(resolve));
}

function next(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(next);
}
