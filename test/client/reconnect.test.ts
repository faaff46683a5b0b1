import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectionTimeoutError } from "../../src/client";
import { BACKOFF, pauseAfter, Reconnect } from "../../src/client/reconnect";

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

test("of a device that is away for longer than a restart takes, the pauses grow to eight seconds, and no further", () => {
  for (const failing of [120, 600, 1e6]) assert.deepEqual(pauses(failing, 1), [0, 0.25, 0.5, 1, 2, 4, 8]);
});

test("an attempt that took long to fail has been a pause already", async (t) => {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const pauses: number[] = [];
  const reconnect = new Reconnect({
    onChange: () => undefined,
    untilTrial: () => Promise.resolve(),
    onRetry: ({ at }) => pauses.push(at.getTime() - Date.now()),
    backoff: { backoffStart: 3600, backoffCeilings: [{ from: 0, ceiling: 7200 }] },
  });
  const late = new ConnectionTimeoutError("No answer.");
  for (const took of [1, 7200]) {
    now += took * 1000;
    await reconnect.failed(late);
  }
  assert.ok(pauses.length === 2 && pauses.every((pause) => pause <= 0), pauses.join());
});
