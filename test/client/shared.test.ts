import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Shared, type Sharing } from "../../src/client/shared";
import { until } from "../harness/until";
import { checkError } from "./kit";

/** What is shared here is a number, the n-th that was opened. */
function shared(options: Partial<Sharing<number>> = {}) {
  const log: string[] = [];
  let opened = 0;
  const thing = new Shared<number>({
    open: (end) => {
      const number = (opened += 1);
      log.push(`open ${number}`);
      end.addEventListener("abort", () => {
        checkError(end.reason, { name: "CancelledError" });
        log.push(`close ${number}`);
      });
      return number;
    },
    ...options,
  });
  return { thing, log };
}

describe("something that is shared", () => {
  test("is opened for the first user and closed after the last; releasing twice does nothing", async () => {
    const { thing, log } = shared();
    assert.equal(thing.current, undefined);
    const [first, second] = [thing.acquire(), thing.acquire()];
    assert.deepEqual([first.thing, second.thing, thing.current], [1, 1, 1]);
    await first.release();
    await first.release();
    assert.deepEqual(log, ["open 1"]);
    await second.release();
    assert.deepEqual([log, thing.current], [["open 1", "close 1"], undefined]);
    assert.equal(thing.acquire().thing, 2);
  });

  test("stays open for its idle time, and longer when somebody comes in it", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { thing, log } = shared({ idle: 10 });
    await thing.acquire().release();
    t.mock.timers.tick(9999);
    assert.deepEqual([log, thing.current], [["open 1"], 1]);
    const again = thing.acquire();
    t.mock.timers.tick(20_000);
    assert.deepEqual([log, again.thing], [["open 1"], 1]);
    await again.release();
    t.mock.timers.tick(9999);
    assert.deepEqual(log, ["open 1"]);
    t.mock.timers.tick(1);
    assert.deepEqual(log, ["open 1", "close 1"]);
  });

  test("is not closed when somebody has come by the time that it may be", async () => {
    const turns: (() => Promise<void>)[] = [];
    const { thing, log } = shared({
      inTurn: async (close) => {
        await new Promise<void>((resolve) => turns.push(() => close().then(resolve)));
      },
    });
    const released = thing.acquire().release();
    const second = thing.acquire();
    await turns.shift()?.();
    await released;
    assert.deepEqual([log, second.thing], [["open 1"], 1]);
    void second.release();
    await turns.shift()?.();
    assert.deepEqual(log, ["open 1", "close 1"]);
  });

  test("is opened anew for the next user when it is spent, and closed without idle time then", async () => {
    const spent = new Set<number>();
    const { thing, log } = shared({ idle: 3600, isSpent: (number) => spent.has(number) });
    const first = thing.acquire();
    spent.add(1);
    const second = thing.acquire();
    assert.equal(second.thing, 2);
    await first.release();
    assert.deepEqual(log, ["open 1", "open 2", "close 1"]);
    assert.equal(thing.current, 2);
    await thing.close();
  });

  test("is closed at once whoever uses it, and everybody who releases it waits for that", async () => {
    let closed: () => void = () => undefined;
    const { thing, log } = shared({ closed: () => new Promise<void>((resolve) => (closed = resolve)) });
    const [first, second] = [thing.acquire(), thing.acquire()];
    const done: string[] = [];
    const closing = thing.close().then(() => done.push("close"));
    const releasing = Promise.all([first.release(), second.release()]).then(() => done.push("release"));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([log, done], [["open 1", "close 1"], []]);
    closed();
    await Promise.all([closing, releasing]);
    await until(() => done.length === 2);
    await thing.close();
    assert.deepEqual(log, ["open 1", "close 1"]);
  });
});
