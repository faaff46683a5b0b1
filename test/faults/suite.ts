import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { Random } from "./random";

const { FAULTS, FAULTS_SEED, FAULTS_CASES, FAULTS_ONLY = "", FAULTS_PART = "1/1" } = process.env;
/** What is asked for by hand, and may depend on how busy this computer is. */
export const LONG = FAULTS === "long";
/** So many of the wrong cases are printed. */
const SHOWN = LONG ? Infinity : 20;

const words = FAULTS_ONLY.split(" ");
/** What turns out on the way is printed at once where much follows. */
export function noted(what: string): string {
  if (LONG) console.log(what);
  return what;
}

/** Only cases with all of these words in what they are called are tried; not every suite has names for them. */
export const isWanted = (name: string): boolean => words.every((word) => name.includes(word));
/** Those of a list whose names have some of these words, if there are any. */
export function mayBeWanted<T extends { name: string }>(list: readonly T[]): readonly T[] {
  const found = list.filter(({ name }) => words.some((word) => name.includes(word)));
  return found.length > 0 ? found : list;
}

const [part = 1, parts = 1] = FAULTS_PART.split("/").map(Number);
/** The part of a list that this process tries: others, at the same time, try the others. */
export const ownPart = <T>(list: readonly T[]): T[] => list.filter((_, index) => index % parts === part - 1);

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
