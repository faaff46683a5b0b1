import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { ConfigurationError } from "../../src/client";
import { ownTurn } from "../../src/client/own-turn";
import { Device } from "../../src/runtime/device";
import type { NodeAPI } from "../../src/runtime/red";
import { onceStarted } from "../../src/runtime/started";

/** How many are done after each of the next turns of the loop. */
async function afterTurns(turns: number, done: () => number): Promise<number[]> {
  const counts: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    await setImmediate();
    counts.push(done());
  }
  return counts;
}

test("of what comes together one has each turn of the loop", async () => {
  const done: number[] = [];
  for (let index = 0; index < 4; index += 1) void ownTurn().then(() => done.push(index));
  assert.deepEqual(await afterTurns(5, () => done.length), [1, 2, 3, 4, 4]);
  assert.deepEqual(done, [0, 1, 2, 3]);
});

test("many nodes start one after the other, and not those that are gone meanwhile", async () => {
  const RED = { events: new EventEmitter() } as unknown as NodeAPI; // only its events are used
  const started: number[] = [];
  const forgets = [0, 1, 2, 3].map((index) => onceStarted(RED, () => started.push(index)));
  RED.events.emit("flows:started");
  assert.deepEqual(started, []);
  forgets[1]?.();
  RED.events.emit("flows:started");
  await afterTurns(8, () => started.length);
  assert.deepEqual(started, [0, 2, 3]);
});

describe("whether a device's settings can work", () => {
  const deviceWith = (options: () => { address: string }) =>
    new Device({ id: "id", name: "name", isInsecure: false, options });

  test("is looked at once, however many nodes ask", async () => {
    let looks = 0;
    const device = deviceWith(() => ({ address: `http://127.0.0.1:${(looks += 1)}` }));
    await Promise.all([device.check(), device.check()]);
    await device.check();
    assert.equal(looks, 1);
  });

  test("needs no look while it is used", async () => {
    let looks = 0;
    const device = deviceWith(() => ({ address: `http://127.0.0.1:${(looks += 1)}` }));
    await device.join(device);
    await device.check();
    assert.equal(looks, 1);
    await device.leave(device);
  });

  test("is looked at again when they could not", async () => {
    let looks = 0;
    const device = deviceWith(() => {
      looks += 1;
      if (looks === 1) throw new ConfigurationError("not yet");
      return { address: "http://127.0.0.1:1" };
    });
    await assert.rejects(device.check(), /not yet/);
    await device.check();
    assert.equal(looks, 2);
  });
});
