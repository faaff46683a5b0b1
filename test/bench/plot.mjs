/** Line plots as SVG, legible on a light and on a dark page. */

const WIDTH = 640;
const HEIGHT = 380;
const LEFT = 70;
const RIGHT = 20;
const TOP = 56;
const BOTTOM = 56;

/** @param plot - `title`, `x` and `y` with their titles, `series`: each a `title` and `points` with `x`, `y`, `min`, `max`. */
export function svgOf({ title, x, y, series }) {
  const points = series.flatMap(({ points: own }) => own);
  const across = axis(
    points.map((point) => point.x),
    { from: LEFT, to: WIDTH - RIGHT },
  );
  const upwards = axis(
    points.map((point) => point.max),
    { from: HEIGHT - BOTTOM, to: TOP },
  );
  const bottom = HEIGHT - BOTTOM;
  const parts = [
    text(title, { x: LEFT, y: 22, class: "title" }),
    ...across.ticks.flatMap((value) => [
      line([across.at(value), bottom, across.at(value), TOP], "grid"),
      text(value, { x: across.at(value), y: bottom + 18, "text-anchor": "middle" }),
    ]),
    ...upwards.ticks.flatMap((value) => [
      line([LEFT, upwards.at(value), WIDTH - RIGHT, upwards.at(value)], "grid"),
      text(value.toLocaleString("en"), { x: LEFT - 8, y: upwards.at(value) + 4, "text-anchor": "end" }),
    ]),
    line([LEFT, bottom, WIDTH - RIGHT, bottom], "axis"),
    line([LEFT, bottom, LEFT, TOP], "axis"),
    text(x.title, { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 14, "text-anchor": "middle" }),
    text(y.title, {
      x: 0,
      y: 0,
      "text-anchor": "middle",
      transform: `translate(16 ${(TOP + bottom) / 2}) rotate(-90)`,
    }),
    ...series.flatMap((one, index) => drawn(one, `line${index}`, { across, upwards, index })),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
<rect width="${WIDTH}" height="${HEIGHT}" class="page"/>
${parts.join("\n")}
</svg>
`;
}

function drawn({ title, points }, name, { across, upwards, index }) {
  const place = ({ x, y }) => `${across.at(x).toFixed(1)},${upwards.at(y).toFixed(1)}`;
  const legend = LEFT + 12 + index * 230;
  return [
    `<polyline points="${points.map(place).join(" ")}" class="${name}" fill="none"/>`,
    ...points.flatMap(({ x, y, min, max }) => [
      line([across.at(x), upwards.at(min), across.at(x), upwards.at(max)], name),
      `<circle cx="${across.at(x).toFixed(1)}" cy="${upwards.at(y).toFixed(1)}" r="3" class="${name} dot"/>`,
    ]),
    line([legend, 40, legend + 22, 40], name),
    text(title, { x: legend + 28, y: 44 }),
  ];
}

/** From 0 to a round number that is not less than the largest. */
function axis(values, { from, to }) {
  const largest = Math.max(...values) || 1;
  const rough = largest / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const end = Math.ceil(largest / step - 1e-9) * step;
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, index) => Number((index * step).toPrecision(6)));
  return { ticks, at: (value) => from + (value / end) * (to - from) };
}

function line([x1, y1, x2, y2], name) {
  const [from, to] = [
    [x1, y1],
    [x2, y2],
  ].map((place) => place.map((value) => value.toFixed(1)));
  return `<line x1="${from[0]}" y1="${from[1]}" x2="${to[0]}" y2="${to[1]}" class="${name}"/>`;
}

function text(content, attributes) {
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`);
  return `<text${written.join("")}>${escaped(String(content))}</text>`;
}

const escaped = (content) => content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** An image in a page does not know the page's theme, but the person's. */
const STYLE = `
.page { fill: #fff } text { font: 12px sans-serif; fill: #333 } .title { font: bold 14px sans-serif }
.grid { stroke: #ddd } .axis { stroke: #666 } .line0 { stroke: #0969da; stroke-width: 2 }
.line1 { stroke: #bc4c00; stroke-width: 2 } .line2 { stroke: #1a7f37; stroke-width: 2 }
.line0.dot { fill: #0969da } .line1.dot { fill: #bc4c00 } .line2.dot { fill: #1a7f37 }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117 } text { fill: #ddd } .grid { stroke: #30363d } .axis { stroke: #999 }
.line0 { stroke: #58a6ff } .line1 { stroke: #f0883e } .line2 { stroke: #3fb950 }
.line0.dot { fill: #58a6ff } .line1.dot { fill: #f0883e } .line2.dot { fill: #3fb950 }
}`;
