import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entity, Known } from "../../src/bridge/entity";
import { PARTS } from "../../src/bridge/parts";

/** What is shown of a state that a device has reported. */
const shown = (known: object, key: string): Entity | undefined =>
  PARTS.flatMap((part) => part.entities(known as Known, { hasOwnButtons: false })).find((entity) => entity.key === key);

test("free storage is a number that people read", () => {
  const msd = {
    enabled: true,
    online: true,
    drive: null,
    storage: { images: {}, parts: { "": { free: 7_589_248_192 } } },
  };
  const { value, config } = shown({ msd }, "storage_free") ?? {};
  assert.deepEqual([value, config?.["unit_of_measurement"]], ["7589", "MB"]);
});

test("a light that blinks is on the broker, but not recorded by Home Assistant until somebody wants it", () => {
  const atx = { enabled: true, busy: false, leds: { power: true, hdd: true } };
  const { value, config } = shown({ atx }, "hdd_led") ?? {};
  assert.deepEqual([value, config?.["enabled_by_default"]], ["on", false]);
});
