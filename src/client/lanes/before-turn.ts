/** By the signals of calls: what may still keep them from beginning. */
const demands = new WeakMap<AbortSignal, () => void>();

/**
 * Asks once more when work with this signal has waited for its turn in a lane, before anything is sent.
 * @param demand throws when it is too late.
 */
export function beforeTurn(signal: AbortSignal, demand: () => void): void {
  demands.set(signal, demand);
}

/** What has begun is never asked again: it may take several turns. @throws what the demand does. */
export function demandBeforeTurn(signal: AbortSignal | undefined): void {
  const demand = signal && demands.get(signal);
  if (!demand) return;
  demand();
  demands.delete(signal);
}
