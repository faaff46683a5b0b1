import assert from "node:assert/strict";
import { test } from "node:test";
import { BACKOFF, pauseAfter } from "../../src/client/reconnect";

const failures = [0, 1, 2, 3, 4, 5, 20];

/** The pauses, in seconds, of an outage that has lasted for so long, where chance is this. */
function pauses(failing: number, chance: number): number[] {
  const { random } = Math;
  Math.random = () => chance;
  try {
    return failures.map((count) => pauseAfter(count, failing, BACKOFF));
  } finally {
    Math.random = random;
  }
}

test("what is lost is tried again at once, and then after pauses that grow to two seconds", () => {
  assert.deepEqual(pauses(0, 1), [0, 0.25, 0.5, 1, 2, 2, 2]);
  assert.deepEqual(pauses(119, 0), [0, 0.125, 0.25, 0.5, 1, 1, 1]);
});

test("of a device that is away for longer than a restart takes, the pauses grow to ten seconds, and no further", () => {
  for (const failing of [120, 600, 1e6]) assert.deepEqual(pauses(failing, 1), [0, 0.25, 0.5, 1, 2, 4, 10]);
});
