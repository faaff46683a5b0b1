import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entity, Known } from "../../src/bridge/entity";
import { PARTS } from "../../src/bridge/parts";

/** What is shown of a state that a device has reported. */
const shown = (known: object, key: string): Entity | undefined =>
  PARTS.flatMap((part) => part.entities(known as Known, { hasOwnButtons: false })).find((entity) => entity.key === key);

/** What is shown of relays of these names. */
function relays(...names: string[]): Entity[] {
  const outputs = Object.fromEntries(names.map((name) => [name, { switch: true, pulse: { delay: 0.1 }, hw: {} }]));
  const states = Object.fromEntries(names.map((name) => [name, { online: true, state: false, busy: false }]));
  const gpio = {
    model: { scheme: { inputs: {}, outputs }, view: { header: { title: [] }, table: [] } },
    state: { inputs: {}, outputs: states },
  };
  return PARTS.flatMap((part) => part.entities({ gpio }, { hasOwnButtons: false }));
}

/** By channel the topics and keys of what sets it. */
const placesOf = (entities: Entity[]) =>
  new Map(entities.map(({ command, topic, key, name }) => [`${name} ${command?.deeds.join()}`, `${topic} ${key}`]));

test("each GPIO channel has topics and ids of its own, whatever it is called", () => {
  const alike = ["x", "_x", "__x__", "fan.1", "fan_1", "fan__1.", "_", "__", "set", "_set", "Fan_1"];
  const entities = relays(...alike);
  assert.equal(entities.length, 2 * alike.length);
  for (const ids of [entities.map(({ topic }) => topic), entities.map(({ key }) => key)])
    assert.equal(new Set(ids).size, entities.length, ids.join());
  for (const { topic = "", key } of entities) {
    assert.match(topic, /^(gpio|pulse)\/[\w-]+$/);
    assert.match(key, /^gpio(-pulse)?_[\w-]+$/);
    // Below a device what ends so is a command.
    assert.notEqual(topic, "gpio/set");
  }
  const places = placesOf(entities);
  assert.deepEqual(
    placesOf(relays(...alike.toReversed(), "other")),
    new Map([...places, ...placesOf(relays("other"))]),
  );
  assert.deepEqual(entities[0]?.command?.order?.("on").values, { action: "on", channel: "x" });
  assert.equal(entities[0].topic, "gpio/x");
});

test("a GPIO channel that no other is like keeps its short name", () => {
  const topics = relays("__v3_usb_breaker__", "relay1", "fan.2").map(({ topic }) => topic);
  assert.deepEqual(
    topics,
    ["v3_usb_breaker", "relay1", "fan_2"].flatMap((name) => [`gpio/${name}`, `pulse/${name}`]),
  );
});

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

test("the jiggler takes what switches elsewhere send", () => {
  const hid = {
    enabled: true,
    keyboard: { leds: {} },
    mouse: {},
    jiggler: { enabled: true, active: false, interval: 60 },
  };
  const { command } = shown({ hid }, "jiggler") ?? {};
  const actions = ["ON", " true", "1", "off", "False", "0"].map((text) => command?.order?.(text).values["action"]);
  assert.deepEqual(
    actions,
    ["on", "on", "on", "off", "off", "off"].map((state) => `jiggler_${state}`),
  );
});

test("a light that blinks is on the broker, but not recorded by Home Assistant until somebody wants it", () => {
  const atx = { enabled: true, busy: false, leds: { power: true, hdd: true } };
  const { value, config } = shown({ atx }, "hdd_led") ?? {};
  assert.deepEqual([value, config?.["enabled_by_default"]], ["on", false]);
});
