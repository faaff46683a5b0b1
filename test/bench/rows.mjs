/**
 * Runs the rows of a subject: each beside what it is compared with, round after round. A row is
 * - `title`: the work;
 * - `measured`: a work of the subject's `prepare`, with its options;
 * - `against`: what it is compared with, each with its `title`, its `job` and the `ratios` of which figures, with what is
 *   to be reached;
 * - `absolute`: figures that are not compared, with what is to be reached;
 * - `rounds`: how often, where it is not as usual.
 */
import { startWorker } from "./processes.mjs";
import { inTurn, median } from "./measure.mjs";
import { isMet } from "./figures.mjs";

/**
 * @param checkouts - what is measured, and, where there is one, what it is compared with as `before`.
 * @returns a line for each figure of each row.
 */
export async function linesOf(file, { checkouts, stub, short, rounds: usual, onLine }) {
  const { rows, prepare } = await import(file);
  const workers = {};
  try {
    if (prepare) {
      for (const [name, checkout] of Object.entries(checkouts))
        workers[name] = await startWorker(file, { checkout, stub, short });
    }
    const lines = [];
    for (const row of rows({ short })) {
      for (const line of await linesOfRow(row, workers, row.rounds ?? usual)) {
        lines.push(line);
        onLine(line);
      }
    }
    return lines;
  } finally {
    for (const worker of Object.values(workers)) await worker.close();
  }
}

async function linesOfRow({ title, measured, against = [], absolute = {}, warmUp }, { now, before }, rounds) {
  const contestants = { now: () => now.run(...measured) };
  if (before) contestants.before = () => before.run(...measured);
  for (const { title: name, job } of against) contestants[name] = () => now.run(...job);
  const figures = await inTurn(contestants, { rounds, warmUp });
  const line = (figure, more) => ({
    work: title,
    figure,
    now: spread(figures.now[figure]),
    ...(before ? { before: spread(figures.before[figure]) } : {}),
    ...more,
  });
  const compared = against.flatMap(({ title: reference, ratios }) =>
    Object.entries(ratios).map(([figure, reach]) => {
      const limit = spread(figures[reference][figure]);
      const ratio = median(figures.now[figure]) / limit.median;
      return line(figure, { reference, limit, ratio, reach, met: isMet(ratio, reach) });
    }),
  );
  const alone = Object.entries(absolute).map(([figure, reach]) =>
    line(figure, { reach, isAbsolute: true, met: isMet(median(figures.now[figure]), reach) }),
  );
  return [...compared, ...alone];
}

function spread(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}
