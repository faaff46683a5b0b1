/** What work costs this process. */

const INTERVAL = 5;
const MIB = 1024 * 1024;

/** @returns seconds of the clock and of the processor. */
export async function timed(work) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpu: (user + system) / 1e6 };
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
