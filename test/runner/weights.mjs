import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const FILE = path.join(import.meta.dirname, "weights.json");
/** A file that nobody has measured yet starts among the first, and is taken for one that computes all the time. */
const UNKNOWN = { seconds: 30, processor: 30 };

const weights = JSON.parse(readFileSync(FILE, "utf8"));

/**
 * How long a job took when it was measured, beside others, and how long of that it computed. Seconds.
 * @param files what runs in it: each by itself is what is known of it before it has been measured
 */
export function weightOf(name, files = []) {
  const known =
    name in weights ? [weights[name]] : files.filter((file) => file in weights).map((file) => weights[file]);
  const sum = (what) => known.reduce((total, weight) => total + weight[what], 0);
  return known.length === 0 ? UNKNOWN : { seconds: sum("seconds"), processor: sum("processor") };
}

/** @param measured weights by name, of one run */
export function recordWeights(measured) {
  const sorted = Object.entries({ ...weights, ...measured }).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = sorted.map(([name, weight]) => `  ${JSON.stringify(name)}: ${spaced(JSON.stringify(weight))}`);
  writeFileSync(FILE, `{\n${lines.join(",\n")}\n}\n`);
}

/** As oxfmt wants it. */
const spaced = (json) => json.replace(/[{,:]/g, "$& ").replace("}", " }");
