import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { within } from "../../src/client/deadline";
import { WaitTimeoutError } from "../../src/client";
import { Wait, type Observing, type Wanted } from "../../src/client/wait";
import { until } from "../harness/until";
import { failure } from "./kit";

const isRight = (seen: string) => seen === "right";

function waiting(wanted: Omit<Wanted<string>, "isRight">, observing: Observing<string> = {}) {
  const wait = new Wait({ isRight, ...wanted });
  const log: unknown[] = [];
  const end = new AbortController();
  const done = within([end.signal], undefined, (deadline) => wait.until(deadline, observing));
  void done.then(
    (seen) => log.push(seen),
    (error: unknown) => log.push(error),
  );
  return { wait, log, done, end };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe("a wait for what is heard", () => {
  test("ends when it is right, and listens no longer", async () => {
    const log: string[] = [];
    const listen = (wait: Wait<string>) => {
      wait.see("wrong");
      return () => log.push("ended");
    };
    const { wait, done } = waiting({}, { listen });
    await nextTurn();
    assert.deepEqual(log, []);
    wait.see("right");
    assert.equal(await done, "right");
    assert.deepEqual(log, ["ended"]);
  });

  test("that must become right was not so before", async () => {
    const { wait, log, done } = waiting({ next: true });
    wait.see("right");
    await nextTurn();
    assert.deepEqual(log, []);
    wait.see("wrong");
    wait.see("right");
    assert.equal(await done, "right");
  });

  test("what is right must stay so, and its time begins anew when it is not known any more", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { wait, log, done } = waiting({ holdFor: 1 });
    const interruptions = [() => wait.lose(), () => wait.see("wrong")];
    for (const interrupt of interruptions) {
      wait.see("right");
      t.mock.timers.tick(900);
      interrupt();
      t.mock.timers.tick(900);
      await nextTurn();
      assert.deepEqual(log, []);
    }
    wait.see("right");
    t.mock.timers.tick(1000);
    assert.equal(await done, "right");
  });

  test("ends with what the condition throws, with its own error and with the deadline's", async () => {
    const throwing = new Wait<string>({
      isRight: () => {
        throw new TypeError("condition");
      },
    });
    throwing.see("anything");
    await assert.rejects(
      within([], undefined, (deadline) => throwing.until(deadline, {})),
      TypeError,
    );
    const failing = waiting({});
    failing.wait.fail(new RangeError("failed"));
    await assert.rejects(failing.done, RangeError);
    const cancelled = waiting({});
    cancelled.end.abort();
    await failure(cancelled.done, { name: "CancelledError" });
    const late = { seconds: 0.01, late: () => new WaitTimeoutError("late") };
    await failure(
      within([], late, (deadline) => new Wait({ isRight }).until(deadline, {})),
      { name: "WaitTimeoutError" },
    );
  });
});

describe("a wait that looks", () => {
  test("looks again after the interval, and at once when something may have changed, also while it looks", async () => {
    const looks: ((seen: string) => void)[] = [];
    const look = () => new Promise<string>((resolve) => looks.push(resolve));
    const { wait, done } = waiting({}, { look, interval: () => (looks.length === 1 ? 0 : 3600) });
    looks[0]?.("wrong");
    await until(() => looks.length === 2);
    looks[1]?.("wrong");
    await nextTurn();
    assert.equal(looks.length, 2);
    wait.lookAgain();
    await until(() => looks.length === 3);
    wait.lookAgain();
    looks[2]?.("wrong");
    await until(() => looks.length === 4);
    looks[3]?.("right");
    assert.equal(await done, "right");
  });

  test("only what a look sees counts as staying right", async (t) => {
    let at = 0;
    t.mock.method(performance, "now", () => at * 1000);
    const looks: ((seen: string | undefined) => void)[] = [];
    const look = () => new Promise<string | undefined>((resolve) => looks.push(resolve));
    const { log, done } = waiting({ holdFor: 10 }, { look });
    const rows: [number, string | undefined][] = [[0, "right"], [9, "right"], [11, undefined], [20, "right"], [29, "right"], [30, "right"]]; // prettier-ignore
    for (const [index, [, seen]] of rows.entries()) {
      await until(() => looks.length === index + 1);
      assert.deepEqual(log, []);
      at = rows[index + 1]?.[0] ?? 100;
      looks[index]?.(seen);
    }
    assert.equal(await done, "right");
    assert.equal(looks.length, rows.length);
  });

  test("one that was interrupted goes on, but not the time for which it was right", async () => {
    const wait = new Wait({ isRight, next: true });
    const seen = ["wrong", "broken", "right"];
    const look = (): Promise<string> => {
      const text = seen.shift() ?? "right";
      return text === "broken" ? Promise.reject(new Error(text)) : Promise.resolve(text);
    };
    const go = () => within([], undefined, (deadline) => wait.until(deadline, { look }));
    await assert.rejects(go(), /broken/);
    assert.equal(await go(), "right");
    assert.deepEqual(seen, []);
  });
});
