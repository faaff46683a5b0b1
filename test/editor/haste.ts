/** Nothing slides or fades. */
export const STILL =
  "*, *::before, *::after { transition-duration: 0s !important; animation-duration: 0s !important; }";

/**
 * Runs in the page before its own scripts: what the editor does after a while, as showing a reason when the pointer rests on a field,
 * it does ten times as soon. The order of things stays.
 */
export function hasten(): void {
  const { setTimeout } = globalThis;
  const soon = (work: () => void, delay = 0, ...args: []) => setTimeout(work, delay / 10, ...args);
  globalThis.setTimeout = Object.assign(soon, setTimeout);
}
