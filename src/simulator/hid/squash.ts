export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Sums up neighbouring mouse movements as long as the sum fits into one report. */
export function squashed(deltas: readonly Point[]): Point[] {
  const reports: Point[] = [];
  let sum: Point = { x: 0, y: 0 };
  for (const { x, y } of deltas) {
    const next = { x: sum.x + x, y: sum.y + y };
    const fits = Math.abs(next.x) <= 127 && Math.abs(next.y) <= 127;
    if (!fits) reports.push(sum);
    sum = fits ? next : { x, y };
  }
  if (sum.x !== 0 || sum.y !== 0) reports.push(sum);
  return reports;
}
