const waiting: (() => void)[] = [];
let isTaken = false;

/**
 * A turn of the event loop that nobody else has taken: what comes for many devices or nodes together is done for one
 * after the other, and everything else goes on in between.
 * @returns what waits for it; undefined where this turn is free.
 */
export function ownTurn(): Promise<void> | undefined {
  if (isTaken) return new Promise((resolve) => waiting.push(resolve));
  isTaken = true;
  setImmediate(next);
  return undefined;
}

function next(): void {
  const first = waiting.shift();
  isTaken = first !== undefined;
  if (!first) return;
  first();
  setImmediate(next);
}
