import assert from "node:assert/strict";
import { test } from "node:test";
import type { Arrival, Channel } from "../../src/bridge/channel";
import { Discovery } from "../../src/bridge/home-assistant";

const TOPIC = "homeassistant/device/one/config";
const DESCRIBED = { id: "one", base: "pikvm/one", device: {}, origin: {}, availability: [] };
/** Milliseconds between two messages of a device. */
const REST = 2000;

test("what is gone is said until Home Assistant has had the time to hear it, also when the broker is lost meanwhile", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const published: Record<string, unknown>[] = [];
  let arrive: (arrival: Arrival) => void = () => undefined;
  const channel: Channel = {
    isConnected: true,
    largest: Infinity,
    publish: ({ payload }) => {
      published.push((JSON.parse(String(payload)) as { components: Record<string, unknown> }).components);
      return Promise.resolve(true);
    },
    subscribe: (_, onArrival) => {
      arrive = onArrival;
      return () => undefined;
    },
  };
  const discovery = new Discovery(channel, TOPIC, { settled: () => undefined, states: () => undefined });
  const before = { components: { old: { platform: "sensor", state_topic: "pikvm/one/old" } } };
  arrive({ topic: TOPIC, payload: Buffer.from(JSON.stringify(before)), isRetained: true });
  const components = { now: { platform: "sensor" } };
  const withOld = { ...components, old: { platform: "sensor" } };
  discovery.show(DESCRIBED, components);
  t.mock.timers.tick(REST);
  assert.deepEqual(published, [withOld]);
  // The broker comes back, and has lost what it had.
  discovery.again(false);
  t.mock.timers.tick(REST);
  assert.deepEqual(published, [withOld, withOld]);
  t.mock.timers.tick(REST);
  assert.equal(discovery.isSettled, true);
  discovery.again(false);
  t.mock.timers.tick(REST);
  assert.deepEqual(published.at(-1), components);
  discovery.close();
});
