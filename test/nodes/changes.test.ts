import assert from "node:assert/strict";
import { test } from "node:test";
import { Changes } from "../../nodes/events/changes";

/** Changes of one property, and the time. */
function changes(path: string) {
  let now = 1000;
  const changes = new Changes([path], () => now);
  return {
    changes,
    at: (seconds: number, state: unknown, age?: number) => {
      now = 1000 + seconds;
      return changes.onState({ kind: path.split(".")[0] ?? "", state, ...(age === undefined ? {} : { age }) });
    },
  };
}

test("each new value with the one before, and how long that lasted, to the millisecond", () => {
  const { at } = changes("atx.busy");
  assert.deepEqual(at(0, { busy: false }), [{ topic: "atx.busy", payload: false }]);
  assert.deepEqual(at(10, { busy: false }), []);
  assert.deepEqual(at(12.34567, { busy: true }), [
    { topic: "atx.busy", payload: true, previous: false, duration: 12.346 },
  ]);
  assert.deepEqual(at(13.34567, { busy: false }), [{ topic: "atx.busy", payload: false, previous: true, duration: 1 }]);
});

test("a part of the information that is not reported yet is not one that is empty", () => {
  const { at } = changes("info.node.host");
  assert.deepEqual(at(0, { auth: { enabled: true } }), []);
  assert.deepEqual(at(1, { auth: { enabled: true }, node: { host: "pikvm" } }), [
    { topic: "info.node.host", payload: "pikvm" },
  ]);
  assert.deepEqual(at(2, { node: null }), [{ topic: "info.node.host", payload: null, previous: "pikvm", duration: 1 }]);
});

test("what was told late counts from when it began", () => {
  const { at } = changes("power");
  at(3, "on", 3);
  assert.deepEqual(at(63, "off", 3), [{ topic: "power", payload: "off", previous: "on", duration: 60 }]);
});

test("how long it lasted is not known when the connection was lost meanwhile", () => {
  const { changes: property, at } = changes("atx.busy");
  at(0, { busy: false });
  property.onConnection();
  at(5, { busy: false });
  assert.deepEqual(at(10, { busy: true }), [{ topic: "atx.busy", payload: true, previous: false }]);
  assert.deepEqual(at(12, { busy: false }), [{ topic: "atx.busy", payload: false, previous: true, duration: 2 }]);
});

test("paths that lead nowhere, and what there is instead", () => {
  const missing = (path: string) =>
    new Changes([path]).missing({
      atx: { enabled: true, busy: false, leds: { power: true, hdd: false } },
      msd: { enabled: true, online: true, busy: false, drive: null, storage: null },
      switch: { atx: { leds: { power: [false] } } },
    });
  for (const path of ["atx", "atx.leds.power", "msd.drive.image.name", "switch.atx.leds.power[0]", "power", "idle"])
    assert.deepEqual(missing(path), [], path);
  for (const [path, names] of [
    ["atx.led.power", ["enabled", "busy", "leds"]],
    ["atx.leds.powr", ["power", "hdd"]],
    ["atx.busy.now", []],
    ["power.state", []],
    ["switch.atx.leds.power[1]", ["0"]],
    ["axt.leds.power", ["atx", "msd", "switch", "power", "idle"]],
  ] as const)
    assert.deepEqual(missing(path), [{ path, names }], path);
});
