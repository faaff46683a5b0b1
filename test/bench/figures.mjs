/** What the figures are called, and how they are written. */

export const FIGURES = {
  rate: { title: "rate", unit: "/s", digits: 0 },
  cpu: { title: "CPU for one", unit: "µs", digits: 1 },
  p50: { title: "p50", unit: "ms", digits: 2 },
  p99: { title: "p99", unit: "ms", digits: 2 },
};

/** @returns as `54.0 µs`. */
export function shown(figure, value) {
  const { unit, digits } = FIGURES[figure];
  return `${value.toFixed(digits)} ${unit}`;
}

/** @returns as `>= 0.6`; empty where nothing is to be reached. */
export function reachShown({ least, most } = {}, figure) {
  const text = (value) => (figure === undefined ? String(value) : shown(figure, value));
  if (least !== undefined) return `>= ${text(least)}`;
  return most === undefined ? "" : `<= ${text(most)}`;
}

/** @returns undefined where nothing is to be reached. */
export function isMet(value, { least, most } = {}) {
  if (least === undefined && most === undefined) return undefined;
  return (least === undefined || value >= least) && (most === undefined || value <= most);
}
