import { setImmediate } from "node:timers/promises";
import { inspect } from "node:util";
import { asyncProperty, check, type Arbitrary } from "fast-check";
import type { Random } from "./random";
import type { Outcome } from "./suite";

/** Seconds after which a case counts as one that never ends. */
const DEADLINE = 30;
/** Seconds of computing for which nothing else could be done: more is a hang. */
const BLOCKED = 5;
/** Characters of a case that are shown. */
const SHOWN = 3000;

/** What every object has. Whatever is in there after a case and was not before was put there by what the case brought. */
const EVERYWHERE = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const keysEverywhere = (): string => EVERYWHERE.map((one) => Reflect.ownKeys(one).length).join();
const CLEAN = keysEverywhere();

/**
 * Tries what fast-check makes up, and shortens what goes wrong. Of each case is demanded: an end, soon; nothing thrown
 * that nobody catches; nothing changed in what all objects have.
 * @param attempt throws what is wrong with a case.
 */
export async function tried<T>(
  random: Random,
  cases: number,
  given: Arbitrary<T>,
  attempt: (value: T) => unknown,
): Promise<string[]> {
  const escaped: unknown[] = [];
  const note = (error: unknown) => void escaped.push(error);
  process.on("uncaughtException", note).on("unhandledRejection", note);
  try {
    const property = asyncProperty(given, async (value) => {
      const start = process.cpuUsage();
      await inTime(attempt(value));
      await setImmediate();
      const { user } = process.cpuUsage(start);
      if (user > BLOCKED * 1_000_000) throw new Error(`it took ${user / 1_000_000} s of computing`);
      if (escaped.length > 0) throw new Error(`nobody caught ${inspect(escaped.splice(0)[0])}`);
      if (keysEverywhere() !== CLEAN) throw new Error("it has changed what all objects have");
    });
    const said = await check(property, { numRuns: cases, seed: random.below(2 ** 31) });
    if (!said.failed) return [];
    const [value] = said.counterexample ?? [];
    const why = inspect(said.errorInstance).slice(0, SHOWN);
    // What was wrong comes first: long cases are cut by whoever prints them.
    return [`${why}\nin case ${said.counterexamplePath}: ${inspect(value, { depth: 8, maxStringLength: 200 }).slice(0, SHOWN)}`]; // prettier-ignore
  } finally {
    process.off("uncaughtException", note).off("unhandledRejection", note);
  }
}

/** The same as an outcome, with what was counted meanwhile. */
export async function outcomeOf(wrong: Promise<string[]>, figures: Outcome["figures"]): Promise<Outcome> {
  return { wrong: await wrong, figures };
}

async function inTime(work: unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it had no end within ${DEADLINE} s`)), DEADLINE * 1000);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
