import { array, constantFrom, nat, oneof, record } from "fast-check";
import { ConfigurationError, expressionOf, textMatcher } from "../../src/client";
import { text } from "./hostile";
import { faults } from "./suite";
import { tried } from "./tried";

// No regular expression of a user holds up Node-RED: it is stopped soon, and what waits gets its turn.

/** Milliseconds of computing. One look is given 100, and what was begun is ended; collecting garbage counts too. */
const SOON = 2000;

const PARTS = ["(a+)+", "(a|a)*", "(.*)*", "(\\w+\\s?)*", "(?=(a+)+)", "(a{1,30}){1,30}", "([^]|[^]a)*", "(?:a?){30}a{30}", "(?<=(a|aa)+)", "(x+x+)+y", "\\b(\\S+\\s*)+", "[^]{0,200}", "(?:[^]{1,50}){1,50}", "(a*?)*?", "\\1(a*)*"]; // prettier-ignore
const TEXTS = ["a", "a ", "aa\n", "x", "ab", "\u00e4"];

const CASES = record({
  source: record({
    parts: array(oneof({ weight: 5, arbitrary: constantFrom(...PARTS) }, { weight: 1, arbitrary: text }), { minLength: 1, maxLength: 4 }), // prettier-ignore
    end: constantFrom("", "$", "!", "b", "y$"),
    times: constantFrom(1, 1, 1, 50),
  }).map(({ parts, end, times }) => parts.join("").repeat(times) + end),
  screen: record({ part: constantFrom(...TEXTS), times: nat(3000), end: constantFrom("", "!", "b") }).map(({ part, times, end }) => part.repeat(times) + end), // prettier-ignore
  by: constantFrom("state", "screen", "screen", "words", "words with mistakes"),
});

const FINDERS: Record<string, (text: string) => (screen: string) => unknown> = {
  state: expressionOf,
  screen: (text) => textMatcher({ text, mode: "regex" }),
  words: (text) => textMatcher({ text, mode: "plain" }),
  "words with mistakes": (text) => textMatcher({ text, mode: "tolerant" }),
};

faults("expressions: none holds up the process", { short: 8, long: 2000 }, async (random, cases) => {
  const figures = { "looked for": 0, "refused or stopped": 0 };
  const wrong = await tried(random, cases, CASES, ({ source, screen, by }) => {
    const start = process.cpuUsage();
    try {
      FINDERS[by]?.(source)(screen);
      figures["looked for"] += 1;
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      figures["refused or stopped"] += 1;
    }
    const taken = process.cpuUsage(start).user / 1000;
    if (taken > SOON) throw new Error(`it took ${taken} ms`);
  });
  return { wrong, figures };
});
