import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CancelledError } from "../../src/client";
import { Lane } from "../../src/client/lanes/lane";
import { Lanes } from "../../src/client/lanes/lanes";
import { failure } from "./kit";

/** Work that ends when told to, and tells what it does. */
function works() {
  const log: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const work = (name: string) => () => {
    log.push(`begin ${name}`);
    return new Promise<string>((resolve, reject) => {
      ends.set(name, (error) => {
        log.push(`end ${name}`);
        if (error) reject(error);
        else resolve(name);
      });
    });
  };
  return { log, work, end: (name: string, error?: Error) => ends.get(name)?.(error) };
}

/** Acts when so many promises in a row have come true. */
async function after(count: number, act: () => void): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
  act();
}

const open = () => new AbortController().signal;

describe("lane", () => {
  test("one at a time, first in first out", async () => {
    const lane = new Lane("test", open());
    const { log, work, end } = works();
    const done = ["a", "b", "c"].map((name) => lane.run(work(name)));
    assert.deepEqual(log, ["begin a"]);
    for (const name of ["a", "b", "c"]) {
      end(name);
      assert.equal(await done.shift(), name);
    }
    assert.deepEqual(log, ["begin a", "end a", "begin b", "end b", "begin c", "end c"]);
    const last = lane.run(work("d"));
    end("d");
    await last;
  });

  test("a work that fails does not stop the lane", async () => {
    const lane = new Lane("test", open());
    const { work, end } = works();
    const [first, second] = [lane.run(work("a")), lane.run(work("b"))];
    end("a", new TypeError("broken"));
    await assert.rejects(first, TypeError);
    end("b");
    assert.equal(await second, "b");
    await assert.rejects(lane.run(() => { throw new TypeError("at once"); }), TypeError); // prettier-ignore
    assert.equal(await lane.run(() => Promise.resolve("c")), "c");
  });

  test("who waits can be cancelled; the others keep their turn", async () => {
    const lane = new Lane("test", open());
    const { log, work, end } = works();
    const abort = new AbortController();
    const first = lane.run(work("a"));
    const second = lane.run(work("b"), abort.signal);
    const third = lane.run(work("c"));
    abort.abort(new CancelledError("reset"));
    await failure(second, { name: "CancelledError", message: /^reset$/ });
    end("a");
    await first;
    end("c");
    await third;
    assert.deepEqual(log, ["begin a", "end a", "begin c", "end c"]);
  });

  test("who waits last can be cancelled; those before keep their turn", async () => {
    const lane = new Lane("test", open());
    const { log, work, end } = works();
    const abort = new AbortController();
    const first = lane.run(work("a"));
    const second = lane.run(work("b"));
    const third = lane.run(work("c"), abort.signal);
    abort.abort();
    await failure(third, { name: "CancelledError" });
    end("a");
    await first;
    end("b");
    await second;
    assert.deepEqual(log, ["begin a", "end a", "begin b", "end b"]);
  });

  test("who is cancelled before, or just when its turn comes, does not begin", async () => {
    const lane = new Lane("test", open());
    const { log, work, end } = works();
    await failure(lane.run(work("x"), AbortSignal.abort()), { name: "CancelledError" });
    const abort = new AbortController();
    const first = lane.run(work("a"));
    const second = lane.run(work("b"), abort.signal);
    end("a");
    await first;
    abort.abort();
    // Its work may have begun just before; then the work itself hears of it.
    end("b");
    const outcome = await second.then(
      () => "done",
      (error: unknown) => (error as Error).name, // a lane rejects with errors only
    );
    assert.equal(await lane.run(() => Promise.resolve("c")), "c");
    const begun = log.includes("begin b");
    assert.equal(outcome, begun ? "done" : "CancelledError");
    assert.deepEqual(log, ["begin a", "end a", ...(begun ? ["begin b", "end b"] : [])]);
  });

  test("who is cancelled at any moment of the change of turns either has begun or never does", async () => {
    for (let moment = 0; moment < 12; moment += 1) {
      const lane = new Lane("test", open());
      const abort = new AbortController();
      const log: string[] = [];
      const first = lane.run(async () => {
        await Promise.resolve();
        void after(moment, () => {
          log.push("cancelled");
          abort.abort();
        });
      });
      const second = lane.run(() => Promise.resolve(log.push("begun")), abort.signal).catch(() => undefined);
      await Promise.all([first, second]);
      assert.notDeepEqual(log, ["cancelled", "begun"], `after ${moment} promises in a row`);
    }
  });

  test("what runs is told when its caller cancels", async () => {
    const lane = new Lane("test", open());
    const abort = new AbortController();
    const seen = lane.run(
      (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve("told"))),
      abort.signal,
    );
    abort.abort();
    assert.equal(await seen, "told");
  });

  test("one too many is refused at once, and that is safe to repeat", async () => {
    const lane = new Lane("the keyboard", open(), 2);
    const { work, end } = works();
    const accepted = ["a", "b", "c"].map((name) => lane.run(work(name)));
    await failure(lane.run(work("d")), {
      name: "BusyError",
      code: "QUEUE_FULL",
      retryable: true,
      statusCode: 0,
      message: /^2 requests to the keyboard are waiting already; nothing was sent\.$/,
    });
    for (const name of ["a", "b", "c"]) {
      end(name);
      await accepted.shift();
    }
    await lane.run(() => Promise.resolve());
  });

  test("closing ends what runs and what waits, and nothing begins any more", async () => {
    const closed = new AbortController();
    const lane = new Lane("test", closed.signal);
    const running = lane.run(
      (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(new TypeError("ended")))),
    );
    const waiting = failure(
      lane.run(() => Promise.resolve()),
      { name: "CancelledError" },
    );
    closed.abort();
    await assert.rejects(running, TypeError);
    await waiting;
    await failure(
      lane.run(() => Promise.resolve()),
      { name: "CancelledError" },
    );
  });

  test("idle once everything that was there has ended", async () => {
    const lane = new Lane("test", open());
    await lane.idle();
    const { log, work, end } = works();
    const all = [lane.run(work("a")), lane.run(work("b"))];
    const idle = lane.idle().then(() => log.push("idle"));
    const later = lane.run(work("c"));
    for (const name of ["a", "b"]) {
      end(name);
      await all.shift();
    }
    await idle;
    end("c");
    await later;
    assert.deepEqual(
      log.filter((line) => line !== "begin c"),
      ["begin a", "end a", "begin b", "end b", "idle", "end c"],
    );
  });
});

describe("lanes", () => {
  test("those of one keep their order, and do not wait for others", async () => {
    const lanes = new Lanes((key) => new Lane(key, open()));
    const { log, work, end } = works();
    const first = lanes.of("x").run(work("a"));
    const second = lanes.of("x").run(work("b"));
    const other = lanes.of("y").run(work("c"));
    end("c");
    assert.equal(await other, "c");
    end("a");
    await first;
    end("b");
    assert.equal(await second, "b");
    assert.deepEqual(log, ["begin a", "begin c", "end c", "end a", "begin b", "end b"]);
  });

  test("one in which nobody is any more is forgotten, not one that somebody has just entered", async () => {
    const made: string[] = [];
    const lanes = new Lanes((key) => {
      made.push(key);
      return new Lane(key, open());
    });
    const { log, work, end } = works();
    const runs = ["a", "b"].map((name) => lanes.of("x").run(work(name)));
    end("a");
    await runs[0];
    const third = lanes.of("x").run(work("c"));
    assert.deepEqual([made, log], [["x"], ["begin a", "end a", "begin b"]]);
    end("b");
    await runs[1];
    end("c");
    await third;
    await lanes.of("x").run(() => Promise.resolve());
    assert.deepEqual(made, ["x", "x"]);
  });
});
