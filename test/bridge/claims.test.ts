import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { Claim } from "../../src/bridge/claim";
import { Cable } from "../faults/cable";
import { Mosquitto, skip } from "../harness/mosquitto";
import { Topics } from "../harness/topics";
import { until } from "../harness/until";
import { MqttChannel } from "./mqtt-channel";

/** How many times as long everything takes as in Node-RED. */
const PACE = 0.05;

/** One of those who share a device. */
class Sharer {
  readonly channel: MqttChannel;
  readonly claim: Claim;
  isHolder = false;
  hasTwin = false;

  constructor(channel: MqttChannel, topic: string, pace: number) {
    this.channel = channel;
    this.claim = new Claim({
      channel,
      topic,
      presence: channel.presence,
      onHold: () => (this.isHolder = true),
      onOther: (isTwin) => {
        this.isHolder = false;
        this.hasTwin ||= isTwin;
      },
      pace,
    });
    channel.onConnection = (isConnected) => {
      if (!isConnected) this.isHolder = false;
      this.claim.onConnection(isConnected);
    };
  }

  async kill(): Promise<void> {
    this.isHolder = false;
    await this.channel.close("kill");
    this.claim.close();
  }

  async stop(): Promise<void> {
    this.isHolder = false;
    this.claim.close();
    await this.channel.close();
  }
}

describe("of several that share a device", { skip }, () => {
  const broker = new Mosquitto().duringTests();
  let topics: Topics;
  let sharers: Sharer[] = [];
  let count = 0;
  let topic = "";
  before(async () => (topics = await Topics.of(broker)));
  after(() => topics.close());
  afterEach(async () => {
    await Promise.all(sharers.map((sharer) => sharer.stop()));
    sharers = [];
  });

  interface Joining {
    port?: number;
    presence?: string;
    keepalive?: number;
    pace?: number;
  }
  const join = async ({ pace = PACE, ...options }: Joining = {}) => {
    count += 1;
    const own = { port: broker.port, presence: `nodered/${count}`, ...options };
    const sharer = new Sharer(await MqttChannel.connect(own), topic, pace);
    sharers.push(sharer);
    return sharer;
  };
  const start = async (many: number): Promise<void> => {
    topic = `pikvm/shared-${count}/claim`;
    await Promise.all(Array.from({ length: many }, () => join()));
  };
  const leave = async (sharer: Sharer, how: "kill" | "stop"): Promise<void> => {
    sharers = sharers.filter((other) => other !== sharer);
    await sharer[how]();
  };
  const holders = (): Sharer[] => sharers.filter(({ isHolder }) => isHolder);
  const theHolder = async (): Promise<Sharer> => {
    await until(() => holders().length === 1, { what: "one holder" });
    return holders()[0] ?? assert.fail();
  };

  test("one has it, and another when that is killed or gives it up", async () => {
    await start(5);
    for (const how of ["kill", "stop", "kill", "stop"] as const) await leave(await theHolder(), how);
    await theHolder();
    await leave(await theHolder(), "stop");
    assert.equal((await topics.retained()).has(topic), false);
  });

  test("the last claim counts, and who had it lets go", async () => {
    await start(1);
    const first = await theHolder();
    const other = { holder: "somebody", presence: "nodered/somebody", offline: "gone" };
    await topics.publish("nodered/somebody", "here", { retain: true });
    await topics.publish(topic, JSON.stringify(other), { retain: true });
    await until(() => !first.isHolder, { what: "the end of the first" });
    await topics.publish("nodered/somebody", "gone", { retain: true });
    await theHolder();
  });

  test("who has the topic of another for itself is told so, but not of its own claim of before", async () => {
    await start(1);
    const presence = (await theHolder()).channel.presence.topic;
    const twin = await join({ presence });
    await until(() => twin.hasTwin, { what: "a twin" });
    await leave(twin, "kill");
    await leave(await theHolder(), "kill");
    const again = await join({ presence });
    assert.equal(await theHolder(), again);
    assert.equal(again.hasTwin, false);
  });

  test("who has it says so again when the topic is emptied, and goes on", async () => {
    await start(2);
    const holder = await theHolder();
    const claim = topics.latest(topic);
    topics.forget();
    await topics.publish(topic, "", { retain: true });
    await topics.untilSaid(topic, claim ?? "");
    assert.equal(await theHolder(), holder);
  });

  test("a claim that nobody stands behind any more is not kept, whatever its presence says", async () => {
    topic = "pikvm/old/claim";
    await topics.publish("nodered/old", "online", { retain: true });
    const old = { holder: "old", presence: "nodered/old", offline: "offline" };
    await topics.publish(topic, JSON.stringify(old), { retain: true });
    await join();
    await theHolder();
  });

  test("it is found out when nobody stands behind a claim, also of somebody who has just made it", async () => {
    topic = "pikvm/unheard/claim";
    await join({ pace: PACE / 10 });
    const first = await theHolder();
    await topics.publish(topic, "", { retain: true });
    const other = JSON.stringify({ holder: "other", presence: "nodered/unheard", offline: "offline" });
    await topics.publish(topic, other, { retain: true });
    await until(() => !first.isHolder, { what: "the end of the first" });
    await theHolder();
  });

  test("what is no claim of ours is none", async () => {
    topic = "pikvm/wrong/claim";
    await topics.publish(topic, '{"holder":"x","presence":"#","offline":"offline"}', { retain: true });
    await join();
    await theHolder();
  });

  test("a broker that forgets everything finds one again", async () => {
    await start(3);
    await theHolder();
    await broker.restart();
    await until(() => sharers.every(({ channel }) => channel.isConnected), { what: "all back" });
    await theHolder();
  });

  test("when the network splits the other side takes over, and who comes back leaves it there", async () => {
    const cable = new Cable(broker.port);
    await cable.listen();
    topic = "pikvm/split/claim";
    const cut = await join({ port: cable.port, keepalive: 1 });
    await theHolder();
    const other = await join();
    cable.vanish();
    await until(() => other.isHolder && !cut.isHolder, { what: "the other" });
    cable.appear();
    await until(() => cut.channel.isConnected, { what: "the first one back" });
    await topics.publish(topic, "", { retain: true });
    await until(() => topics.latest(topic) !== "", { what: "an answer" });
    assert.equal(other.isHolder, true);
    assert.equal(cut.isHolder, false);
    await leave(cut, "stop");
    await cable.close();
  });
});
