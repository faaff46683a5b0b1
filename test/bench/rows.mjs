/**
 * Runs the rows of a subject: each beside what it is compared with, round after round. A row is
 * - `title`: the work;
 * - `measured`: a work of the subject's `prepare`, with its options;
 * - `against`: what it is compared with, each with its `title`, its `job`, and of which figures the `ratios` or the
 *   `differences` are shown, with what is to be reached;
 * - `absolute`: figures that are not compared, with what is to be reached; the bench fails where one `mustHold`;
 * - `fresh`: each time in a process of its own;
 * - `rounds`, `warmUp`: how often, and whether once more before, where it is not as usual.
 */
import { isMet } from "./figures.mjs";
import { inTurn, median } from "./measure.mjs";
import { startWorker } from "./processes.mjs";

/** Does the works of a subject for each checkout: `now`, and `before` where there is one. */
export class Workers {
  #file;
  #checkouts;
  #stubs;
  #context;
  #kept = new Map();

  /** @param stubs - the stand-in of each checkout. */
  constructor(file, checkouts, { stubs, ...context }) {
    this.#file = file;
    this.#checkouts = checkouts;
    this.#stubs = stubs;
    this.#context = context;
  }

  get names() {
    return Object.keys(this.#checkouts);
  }

  /** @param fresh - in a process of its own; else in one that is kept until `close`. */
  async run(name, [work, options], { fresh = false } = {}) {
    const given = { ...this.#context, checkout: this.#checkouts[name], stub: this.#stubs[name]?.addresses };
    const start = () => startWorker(this.#file, given);
    if (!fresh && !this.#kept.has(name)) this.#kept.set(name, await start());
    const worker = fresh ? await start() : this.#kept.get(name);
    try {
      return await worker.run(work, options);
    } finally {
      if (fresh) await worker.close();
    }
  }

  async close() {
    for (const worker of this.#kept.values()) await worker.close();
  }
}

/** @returns a line for each figure of a row. */
export async function linesOf(row, workers, usual) {
  const { title: work, measured, against = [], absolute = {}, fresh, warmUp } = row;
  const run = (name, job) => () => workers.run(name, job, { fresh });
  const contestants = Object.fromEntries(workers.names.map((name) => [name, run(name, measured)]));
  for (const { title, job } of against) contestants[title] = run("now", job);
  const figures = await inTurn(contestants, { rounds: row.rounds ?? usual, warmUp: !fresh && warmUp });
  const line = (figure, more) => ({
    work,
    figure,
    now: spread(figures.now[figure]),
    ...(figures.before ? { before: spread(figures.before[figure]) } : {}),
    ...more,
  });
  const compared = (reference, reaches, relation, relate) =>
    Object.entries(reaches).map(([figure, reach]) => {
      const limit = spread(figures[reference][figure]);
      const value = relate(median(figures.now[figure]), limit.median);
      return line(figure, { reference, limit, [relation]: value, reach, met: isMet(value, reach) });
    });
  return [
    ...against.flatMap(({ title, ratios = {}, differences = {} }) => [
      ...compared(title, ratios, "ratio", (own, other) => own / other),
      ...compared(title, differences, "difference", (own, other) => own - other),
    ]),
    ...Object.entries(absolute).map(([figure, reach]) => {
      const met = isMet(median(figures.now[figure]), reach);
      return line(figure, { reach, met, hasFailed: reach.mustHold === true && !met });
    }),
  ];
}

export function spread(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}
