const waiting: (() => void)[] = [];
let isTaken = false;

/**
 * Waits for a turn of the event loop that nobody else has taken, at once where there is one: what comes for many
 * devices or nodes together is done for one after the other, and everything else goes on in between.
 */
export function ownTurn(): Promise<void> {
  if (isTaken) return new Promise((resolve) => waiting.push(resolve));
  isTaken = true;
  setImmediate(next);
  return Promise.resolve();
}

function next(): void {
  const first = waiting.shift();
  if (first === undefined) {
    isTaken = false;
    return;
  }
  first();
  setImmediate(next);
}
