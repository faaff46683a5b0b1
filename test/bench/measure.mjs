/** What work costs this process, and what many costs come to. */

/** Milliseconds. To look at the memory takes as long as to send a piece of an image. */
const INTERVAL = 25;
export const MIB = 1024 * 1024;

/** Does work once. @returns seconds of the clock and of the processor. */
export async function timed(work) {
  globalThis.gc?.();
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpu: (user + system) / 1e6 };
}

/**
 * Does something many times, several at a time.
 * @param one - does it once.
 * @returns `rate` in 1/s; `cpu` in microseconds, and `p50` and `p99` of the time that one takes, in milliseconds.
 */
export async function repeated(one, { count, atOnce }) {
  const times = new Float64Array(count);
  let begun = 0;
  const line = async () => {
    while (begun < count) {
      const index = begun++;
      const start = performance.now();
      await one();
      times[index] = performance.now() - start;
    }
  };
  const { seconds, cpu } = await timed(() => Promise.all(Array.from({ length: atOnce }, line)));
  return { rate: count / seconds, cpu: (cpu / count) * 1e6, ...percentiles(times) };
}

/** @returns `p50` and `p99`, and the largest as `max`. */
export function percentiles(numbers) {
  const sorted = Float64Array.from(numbers).sort();
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) };
}

/**
 * @returns as `timed`, and by how many MiB the process grew at most over what it was `before`: all of it, and two of
 * its parts.
 */
export async function weighed(work) {
  const before = process.memoryUsage();
  const growth = { rss: 0, heapUsed: 0, external: 0 };
  const look = () => {
    const now = process.memoryUsage();
    for (const part of Object.keys(growth)) growth[part] = Math.max(growth[part], (now[part] - before[part]) / MIB);
  };
  const sampling = setInterval(look, INTERVAL);
  try {
    return { ...(await timed(work)), before, growth };
  } finally {
    look();
    clearInterval(sampling);
  }
}

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/**
 * Runs all contestants in turn, round after round, so that what else the computer does meets all of them. Each round
 * begins with another one: to be the first, or the one after a certain other, may cost or save something.
 * @param contestants - by name; each does its work once and answers with figures by name.
 * @returns for each contestant all values of each figure.
 */
export async function inTurn(contestants, { rounds, warmUp = true }) {
  const figures = Object.fromEntries(Object.keys(contestants).map((name) => [name, {}]));
  for (let round = warmUp ? -1 : 0; round < rounds; round += 1) {
    for (const [name, run] of rotated(Object.entries(contestants), round + 1)) {
      const cost = await run();
      if (round < 0) continue;
      for (const [key, value] of Object.entries(cost)) (figures[name][key] ??= []).push(value);
    }
  }
  return figures;
}

const rotated = (list, by) => [...list.slice(by % list.length), ...list.slice(0, by % list.length)];
