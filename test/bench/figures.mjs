/** What the figures are called, and how they are written. */

export const FIGURES = {
  rate: { title: "rate", unit: "/s", digits: 0 },
  cpu: { title: "CPU for one", unit: "µs", digits: 1 },
  p50: { title: "p50", unit: "ms", digits: 2 },
  p99: { title: "p99", unit: "ms", digits: 2 },
  speed: { title: "speed", unit: "MiB/s", digits: 0 },
  busy: { title: "CPU for 1 GiB", unit: "s", digits: 2 },
  growth: { title: "memory grows by", unit: "MiB", digits: 0 },
  drift: { title: "drift", unit: "%", digits: 2 },
  late: { title: "half of the keys are late by at most", unit: "ms", digits: 1 },
  modules: { title: "CPU for loading its modules", unit: "ms", digits: 1 },
  heap: { title: "heap", unit: "MiB", digits: 1 },
  rss: { title: "memory", unit: "MiB", digits: 1 },
  start: { title: "time until flows run", unit: "ms", digits: 0 },
  startCpu: { title: "CPU until flows run", unit: "ms", digits: 0 },
  block: { title: "loop, longest block", unit: "ms", digits: 0 },
  blockCpu: { title: "loop, computed in one go", unit: "ms", digits: 0 },
  loop: { title: "loop, p99", unit: "ms", digits: 1 },
  all: { title: "all connected after", unit: "s", digits: 1 },
  published: { title: "published", unit: "/s", digits: 0 },
  core: { title: "of a core", unit: "%", digits: 1 },
  device: { title: "heap of a device", unit: "kB", digits: 0 },
  deviceRss: { title: "memory of a device", unit: "kB", digits: 0 },
  connects: { title: "connections in a second, most", unit: "", digits: 0 },
  heapGrowth: { title: "heap grows by", unit: "MiB", digits: 2 },
  one: { title: "cost of one, at most against in the middle", unit: "", digits: 2 },
};

/** @returns as `54.0 µs`. */
export function shown(figure, value) {
  const { unit, digits } = FIGURES[figure];
  return `${value.toFixed(digits)} ${unit}`.trim();
}

/** @returns as `>= 0.6`; empty where nothing is to be reached. */
export function reachShown({ least, most } = {}, write = String) {
  if (least !== undefined) return `>= ${write(least)}`;
  return most === undefined ? "" : `<= ${write(most)}`;
}

/** @returns undefined where nothing is to be reached. */
export function isMet(value, { least, most } = {}) {
  if (least === undefined && most === undefined) return undefined;
  return (least === undefined || value >= least) && (most === undefined || value <= most);
}
