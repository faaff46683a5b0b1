import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CancelledError } from "../../src/client";
import { Gate, type Purpose } from "../../src/client/gate";
import { manualClock } from "../../src/simulator";
import { failure } from "./kit";

/** A gate on a clock of its own, and who has come through it: in order, and when. */
function watched() {
  const clock = manualClock();
  const gate = new Gate(clock);
  const passed: { who: string; at: number }[] = [];
  const leaves: (() => void)[] = [];
  interface Visit {
    purpose?: Purpose;
    /** It is not left: it is being connected for ever. */
    stays?: boolean;
    signal?: AbortSignal;
  }
  const enter = (who: string, device: object, { purpose = "keeping", stays = false, signal }: Visit = {}) => {
    const entered = gate.enter(device, purpose, signal).then((leave) => {
      passed.push({ who, at: clock.now() });
      leaves.push(leave);
      if (!stays) leave();
    });
    return entered;
  };
  const names = () => passed.map(({ who }) => who);
  return { clock, passed, names, enter, leaves };
}

const devices = (count: number) => Array.from({ length: count }, () => ({}));

describe("the gate of new connections", () => {
  test("lets 500 devices through evenly, no more than 60 in a second after the first few", async () => {
    const { clock, passed, enter } = watched();
    for (const [index, device] of devices(500).entries()) void enter(`${index}`, device);
    for (let ms = 0; ms < 9000; ms += 5) await clock.advance(5);
    assert.equal(passed.length, 500);
    const most = Math.max(...passed.map(({ at }) => passed.filter((other) => other.at >= at && other.at < at + 1000).length)); // prettier-ignore
    assert.ok(most <= 68, `${most} in a second`);
    assert.deepEqual(passed.map(({ who }) => Number(who)), [...passed.keys()]); // prettier-ignore
    const last = passed.at(-1)?.at ?? 0;
    assert.ok(last > 8000 && last < 8700, `the last after ${last} ms`);
  });

  test("lets a few through at once, and eight be made at a time", async () => {
    const { clock, names, enter, leaves } = watched();
    for (const [index, device] of devices(10).entries()) void enter(`${index}`, device, { stays: true });
    await clock.advance(0);
    assert.equal(names().length, 8);
    await clock.advance(400);
    assert.equal(names().length, 8);
    leaves[0]?.();
    leaves[0]?.();
    await clock.advance(0);
    assert.equal(names().length, 9, "leaving twice makes room for one only");
    // The device of one that takes so long is not there: it does not keep others waiting.
    await clock.advance(100);
    assert.equal(names().length, 10);
  });

  test("devices take turns, whoever of them wants more", async () => {
    const { clock, names, enter, leaves } = watched();
    const [full, greedy, modest] = [{}, {}, {}];
    for (let nth = 0; nth < 8; nth += 1) void enter("full", full, { stays: true });
    await clock.advance(0);
    for (let nth = 0; nth < 3; nth += 1) void enter("greedy", greedy);
    for (let nth = 0; nth < 2; nth += 1) void enter("modest", modest);
    await clock.advance(200);
    for (const leave of leaves.slice(0, 8)) leave();
    await clock.advance(0);
    assert.deepEqual(names().slice(8), ["greedy", "modest", "greedy", "modest", "greedy"]);
  });

  test("those who act go first, yet not for ever", async () => {
    const { clock, names, enter, leaves } = watched();
    for (let nth = 0; nth < 8; nth += 1) void enter("full", {}, { stays: true });
    await clock.advance(0);
    for (const device of devices(2)) void enter("link", device);
    for (const device of devices(4)) void enter("action", device, { purpose: "acting" });
    await clock.advance(200);
    for (const leave of leaves.slice(0, 8)) leave();
    await clock.advance(0);
    assert.deepEqual(names().slice(8), ["action", "action", "action", "link", "action", "link"]);
  });

  test("who is cancelled leaves the queue, and takes nobody's turn", async () => {
    const { clock, names, enter, leaves } = watched();
    const cancel = new AbortController();
    for (let nth = 0; nth < 8; nth += 1) void enter("full", {}, { stays: true });
    await clock.advance(0);
    const cancelled = enter("cancelled", {}, { signal: cancel.signal });
    void enter("next", {});
    cancel.abort(new CancelledError("not wanted"));
    await failure(cancelled, { name: "CancelledError", message: /not wanted/ });
    await clock.advance(200);
    leaves[0]?.();
    await clock.advance(0);
    assert.deepEqual(names().slice(8), ["next"]);
    await failure(enter("late", {}, { signal: cancel.signal }), { name: "CancelledError" });
  });
});
