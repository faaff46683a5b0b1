/** What is printed, and RESULTS.md. */
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { FIGURES, reachShown, shown } from "./figures.mjs";

const FILE = path.join(import.meta.dirname, "RESULTS.md");

/** A line for people who wait. */
export function lineText({ work, figure, now, before, reference, limit, ratio, reach, isAbsolute, met }) {
  const against = reference === undefined ? "" : `; ${reference} ${shown(figure, limit.median)}: ${ratio.toFixed(2)}`;
  const wanted = reachShown(reach, isAbsolute ? figure : undefined);
  const change = before === undefined ? "" : `; before ${shown(figure, before.median)}`;
  return `  ${work}: ${FIGURES[figure].title} ${shown(figure, now.median)}${against}${change}${wanted === "" ? "" : ` (${wanted}, ${met ? "met" : "NOT met"})`}`;
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
    ...results.flatMap(({ title, lines }) => ["", `## ${title}`, "", ...table(lines)]),
    "",
  ];
  await writeFile(FILE, text.join("\n"));
}

function about({ checkouts, short }) {
  const [{ model }] = os.cpus();
  const commit = (checkout) =>
    execFileSync("git", ["log", "-1", "--format=%h of %cs, %s"], { cwd: checkout }).toString();
  return [
    `${os.cpus().length} x ${model}, ${(os.totalmem() / 2 ** 30).toFixed(0)} GiB, ${os.type()} ${os.release()}`,
    `Node ${process.versions.node}`,
    `${new Date().toISOString().slice(0, 10)}${short ? ", short form" : ""}`,
    ...Object.entries(checkouts).map(([name, checkout]) => `${name}: ${commit(checkout).trim()}`),
  ];
}

function cells({ work, figure, now, before, reference = "", limit, ratio, reach, isAbsolute, met }) {
  const wanted = reachShown(reach, isAbsolute ? figure : undefined);
  const own = [
    work,
    reference,
    FIGURES[figure].title,
    limit ? spreadText(figure, limit) : "",
    spreadText(figure, now),
    ratio === undefined ? "" : ratio.toFixed(2),
    wanted,
    met === undefined ? "" : met ? "yes" : "**no**",
  ];
  return before ? [...own, spreadText(figure, before), (now.median / before.median).toFixed(2)] : own;
}

function spreadText(figure, { median, min, max }) {
  const { digits } = FIGURES[figure];
  return `${shown(figure, median)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}

const row = (cells) => `| ${cells.join(" | ")} |`;
