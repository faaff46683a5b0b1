/** What is printed, RESULTS.md and its plots. */
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { format } from "oxfmt";
import { FIGURES, reachShown, shown } from "./figures.mjs";
import { svgOf } from "./plot.mjs";

const FILE = path.join(import.meta.dirname, "RESULTS.md");
const PLOTS = path.join(import.meta.dirname, "plots");

/** How busy the computer was with other things. */
const load = os.loadavg()[0];

/** A line for people who wait. */
export function lineText(line) {
  const { work, figure, now, before, reference, limit, met } = line;
  const parts = [`${FIGURES[figure].title} ${shown(figure, now.median)}`];
  if (reference !== undefined) parts.push(`${reference} ${shown(figure, limit.median)}: ${relationText(line)}`);
  if (before !== undefined) parts.push(`before ${shown(figure, before.median)}`);
  const reach = reachText(line);
  if (reach !== "") parts.push(`${reach} ${met ? "met" : "NOT met"}`);
  return `  ${work}: ${parts.join("; ")}`;
}

/** @returns the plot as RESULTS.md shows it. */
export async function writePlot(plot) {
  await mkdir(PLOTS, { recursive: true });
  await writeFile(path.join(PLOTS, `${plot.file}.svg`), svgOf(plot));
  return `![${plot.title}](plots/${plot.file}.svg)`;
}

export async function writeResults(results, { checkouts, short }) {
  const columns = ["work", "against", "figure", "limit", "measured", "ratio", "to reach", "met"];
  if (checkouts.before) columns.push("before", "now / before");
  const table = (lines) => [row(columns), row(columns.map(() => "---")), ...lines.map((line) => row(cells(line)))];
  const text = [
    "# What this package costs",
    "",
    "Written by `npm run bench`; [README.md](README.md) says what each row is. Median (smallest to largest).",
    "",
    ...about({ checkouts, short }).map((line) => `- ${line}`),
    ...results.flatMap(({ title, lines, plots }) => ["", `## ${title}`, "", ...table(lines), ...plots.flatMap((plot) => ["", plot])]), // prettier-ignore
    "",
  ];
  const { code } = await format("RESULTS.md", text.join("\n"));
  await writeFile(FILE, code);
}

function about({ checkouts, short }) {
  const [{ model }] = os.cpus();
  const commit = (checkout) =>
    execFileSync("git", ["log", "-1", "--format=%h of %cs, %s"], { cwd: checkout }).toString();
  return [
    `${os.cpus().length} x ${model}, ${(os.totalmem() / 2 ** 30).toFixed(0)} GiB, ${os.type()} ${os.release()}`,
    `Node ${process.versions.node}; load before the run ${load.toFixed(1)}`,
    `${new Date().toISOString().slice(0, 10)}${short ? ", short form" : ""}`,
    ...Object.entries(checkouts).map(([name, checkout]) => `${name}: ${commit(checkout).trim()}`),
  ];
}

function cells(line) {
  const { work, figure, now, before, reference = "", limit, met } = line;
  const own = [
    work,
    reference,
    FIGURES[figure].title,
    limit ? spreadText(figure, limit) : "",
    spreadText(figure, now),
    relationText(line),
    reachText(line),
    met === undefined ? "" : met ? "yes" : "**no**",
  ];
  return before ? [...own, spreadText(figure, before), (now.median / before.median).toFixed(2)] : own;
}

function relationText({ figure, ratio, difference }) {
  if (ratio !== undefined) return ratio.toFixed(2);
  return difference === undefined ? "" : `${difference >= 0 ? "+" : ""}${shown(figure, difference)}`;
}

/** A ratio is a number, all else has a unit. */
const reachText = ({ figure, ratio, reach }) =>
  reachShown(reach, ratio === undefined ? (value) => shown(figure, value) : undefined);

function spreadText(figure, { median, min, max }) {
  const { digits } = FIGURES[figure];
  if (min === max) return shown(figure, median);
  return `${shown(figure, median)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}

const row = (cells) => `| ${cells.join(" | ")} |`;
