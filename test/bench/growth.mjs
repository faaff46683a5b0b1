/** Measures along an axis what a plot shows. */
import { isMet } from "./figures.mjs";
import { spread } from "./rows.mjs";

/** How much more one may cost where there are most than where there are some: what is linear is 1. */
const LINEAR = { most: 1.25 };

/** @returns the `plot` with its points, and a `line` that says whether it is linear. */
export async function measuredPlot({ title, file, x, y, series }, workers, rounds) {
  const drawn = [];
  for (const { title: name, job } of series)
    drawn.push({
      title: name,
      points: await along(x.places, (place) => workers.run("now", job(place)), y.figure, rounds),
    });
  if (workers.names.includes("before")) {
    const [{ title: name, job }] = series;
    const run = (place) => workers.run("before", job(place));
    drawn.push({ title: `${name}, before`, points: await along(x.places, run, y.figure, rounds) });
  }
  const [{ points }] = drawn;
  const middle = points.find((point) => point.x >= x.from) ?? points[0];
  const last = points.at(-1);
  // What is there with one of them is no part of what each costs.
  const [{ y: first }] = points;
  const one = (point) => (point.y - first) / (point.x - points[0].x);
  const ratio = one(last) / one(middle);
  const line = { work: `${title}, ${last.x} against ${middle.x}`, figure: "one", now: spread([ratio]), reach: LINEAR };
  return { plot: { title, file, x, y, series: drawn }, line: { ...line, met: isMet(ratio, LINEAR) } };
}

async function along(places, run, figure, rounds) {
  const points = [];
  // Until all is compiled that runs often.
  await run(places[places.length >> 1]);
  for (const place of places) {
    const values = [];
    for (let round = 0; round < rounds; round += 1) values.push((await run(place))[figure]);
    const { median, min, max } = spread(values);
    points.push({ x: place, y: median, min, max });
  }
  return points;
}
