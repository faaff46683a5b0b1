import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Arrival, Channel, Outgoing } from "../../src/bridge/channel";
import { Pending } from "../../src/bridge/pending";

const NOTES = "pikvm/one/pending";
const NOTE = JSON.stringify({ topic: "pikvm/one/do/atx-power/on", responseTopic: "answers", isAnswered: true });
/** Milliseconds after which somebody else answers. */
const GRACE = 1000;

/** Of one who has the device now, and what it has published. */
function holder(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const published: string[] = [];
  let arrive: (arrival: Arrival) => void = () => undefined;
  const channel: Channel = {
    isConnected: true,
    largest: Infinity,
    publish: ({ topic }: Outgoing) => {
      published.push(topic);
      return Promise.resolve(true);
    },
    subscribe: (_, onArrival) => {
      arrive = onArrival;
      return () => undefined;
    },
  };
  const pending = new Pending(NOTES, { channel, errorAsJson: () => ({}), onLost: () => undefined });
  pending.listen();
  const noted = (text: string) => arrive({ topic: `${NOTES}/a-1`, payload: Buffer.from(text), isRetained: true });
  return { pending, published, noted };
}

test("what somebody who is gone has begun is answered once, and its note is removed", (t) => {
  const { published, noted } = holder(t);
  noted(NOTE);
  t.mock.timers.tick(GRACE - 1);
  assert.deepEqual(published, []);
  t.mock.timers.tick(1);
  assert.deepEqual(published, [`${NOTES}/a-1`, "answers"]);
});

test("not what is answered meanwhile by who has begun it, or by another", (t) => {
  const { published, noted } = holder(t);
  noted(NOTE);
  noted("");
  t.mock.timers.tick(GRACE);
  assert.deepEqual(published, []);
});

test("nor by one who has the device no more", (t) => {
  const { pending, published, noted } = holder(t);
  noted(NOTE);
  pending.close();
  t.mock.timers.tick(GRACE);
  assert.deepEqual(published, []);
});
