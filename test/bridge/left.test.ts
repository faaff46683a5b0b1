import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { Bridge, type BridgeUses } from "../../src/bridge/bridge";
import type { BridgeSettings } from "../../src/bridge/settings";

test("what another bridge has by now is neither removed nor handed over", async () => {
  const stream = Object.assign(new EventEmitter(), { close: () => Promise.resolve() });
  const removed: string[] = [];
  const uses = {
    channel: {
      isConnected: true,
      largest: Infinity,
      publish: ({ topic, payload }: { topic: string; payload: string }) => {
        if (payload === "") removed.push(topic);
        return Promise.resolve(true);
      },
      subscribe: () => () => undefined,
    },
    pikvm: { events: () => stream },
    left: { topics: ["pikvm/left/power", "pikvm/right/power", "pikvm/old/power"], components: [] },
    isOthers: (topic: string) => topic.startsWith("pikvm/left/"),
    offers: () => false,
    word: (key: string) => key,
  };
  const settings = {
    base: "pikvm/right",
    homeAssistant: { prefix: "homeassistant", status: "homeassistant/status" },
    leftOut: new Set(),
    id: "pikvm_one",
    facts: { hasOwnButtons: false },
    origin: {},
    isShared: false,
  };
  // Whoever only comes and goes uses no more than this.
  const bridge = new Bridge(settings as unknown as BridgeSettings, uses as unknown as BridgeUses);
  const own = ["pikvm/right/power", "pikvm/old/power", "pikvm/right/availability"];
  const { topics } = bridge.left;
  assert.deepEqual([...own.map((topic) => topics.includes(topic)), topics.includes("pikvm/left/power")], [true, true, true, false]); // prettier-ignore
  await bridge.close("removed");
  assert.deepEqual([...own.map((topic) => removed.includes(topic)), removed.includes("pikvm/left/power")], [true, true, true, false]); // prettier-ignore
});
