import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ConnectError } from "../../src/client";
import { Reconnect, type Backoff } from "../../src/client/reconnect";
import { SharedAttempts } from "../../src/client/shared-attempts";
import { until } from "../harness/until";
import { failure } from "./kit";

const QUICK = { backoffStart: 0.005, backoffCeilings: [{ from: 0, ceiling: 0.02 }] } satisfies Backoff;

interface Outage {
  isOver: boolean;
  /** Who has tried, in order. */
  tries: number[];
  /** So many tried at a time, at most. */
  most: number;
}

/** Tries until it works, as a watch of the screen does. */
async function watch(
  id: number,
  attempts: SharedAttempts,
  outage: Outage & { now: number },
  signal: AbortSignal,
): Promise<void> {
  const attempt = attempts.join();
  const reconnect = new Reconnect({
    onChange: () => undefined,
    untilTrial: () => Promise.resolve(),
    wait: attempt.failed.bind(attempt),
  });
  try {
    for (;;) {
      outage.tries.push(id);
      outage.now += 1;
      outage.most = Math.max(outage.most, outage.now);
      await new Promise(setImmediate);
      outage.now -= 1;
      if (outage.isOver) break;
      await reconnect.failed(new ConnectError("gone"), signal);
    }
    attempt.worked();
  } finally {
    attempt.leave();
  }
}

function outage(parties: number) {
  const attempts = new SharedAttempts(QUICK);
  const seen = { isOver: false, tries: [] as number[], most: 0, now: 0 };
  const aborts = Array.from({ length: parties }, () => new AbortController());
  const ends = aborts.map(({ signal }, id) => watch(id, attempts, seen, signal));
  return { seen, aborts, ends };
}

describe("attempts of several", () => {
  test("six that lost the same device try one at a time, in turns, and come back together", async () => {
    const { seen, ends } = outage(6);
    await until(() => seen.tries.length >= 6 + 12);
    const [all, later] = [seen.tries.slice(0, 6), seen.tries.slice(6, 18)];
    assert.deepEqual(all, [0, 1, 2, 3, 4, 5], "each notices by itself");
    assert.deepEqual(later, [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]);
    seen.most = 0;
    const before = seen.tries.length;
    await until(() => seen.tries.length > before + 2);
    assert.equal(seen.most, 1);
    seen.isOver = true;
    await Promise.all(ends);
  });

  test("one that is cancelled in its turn leaves it to the next", async () => {
    const { seen, aborts, ends } = outage(3);
    await until(() => seen.tries.length >= 4);
    for (const abort of aborts.slice(0, 2)) abort.abort();
    await Promise.all(ends.slice(0, 2).map((end) => failure(end, { name: "CancelledError" })));
    const before = seen.tries.length;
    await until(() => seen.tries.length > before + 2);
    assert.deepEqual(seen.tries.slice(before + 1, before + 3), [2, 2]);
    seen.isOver = true;
    await ends[2];
  });
});
