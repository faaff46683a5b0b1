import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { Random } from "./random";

const { FAULTS, FAULTS_SEED, FAULTS_CASES } = process.env;
/** What is asked for by hand, and may depend on how busy this computer is. */
export const LONG = FAULTS === "long";
/** So many of the wrong cases are printed. */
const SHOWN = 20;

/** How much is tried: by `npm test`, and by `npm run faults`. */
export interface Amount {
  short: number;
  long: number;
}

export interface Outcome {
  /** What was counted: `{ "presses carried out twice": 0 }`. */
  figures: Readonly<Record<string, number | string>>;
  /** Each case that went wrong: what was done, what was expected, what came. */
  wrong: readonly string[];
}

/**
 * Declares a suite that tries many cases by chance and counts. A file holds one. `npm test` always takes the same seed,
 * so that only a change turns it red; `npm run faults` takes a new one each time, and prints it.
 *
 * @param run tries so many cases; all chance in it comes from `random`
 */
export function faults(title: string, amount: Amount, run: (random: Random, cases: number) => Promise<Outcome>): void {
  const seed = FAULTS_SEED === undefined ? (LONG ? randomInt(2 ** 32) : 1) : Number(FAULTS_SEED);
  const cases = FAULTS_CASES === undefined ? (LONG ? amount.long : amount.short) : Number(FAULTS_CASES);
  test(title, async (t) => {
    t.diagnostic(`seed ${seed}, ${cases} cases`);
    const { figures, wrong } = await run(new Random(seed), cases);
    for (const [what, figure] of Object.entries(figures)) t.diagnostic(`${what}: ${figure}`);
    if (wrong.length > SHOWN) t.diagnostic(`wrong: ${wrong.length}, of which ${SHOWN} are shown`);
    assert.deepEqual(wrong.slice(0, SHOWN), []);
  });
}
