import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startSimulator, type Simulator } from "../../src/simulator";
import { AedesBroker } from "../harness/aedes";
import { NodeRed } from "../harness/node-red";
import { Topics } from "../harness/topics";
import { until } from "../harness/until";
import { example, filledIn, idOf } from "./example";

const broker = new AedesBroker().duringTests();
const nodeRed = NodeRed.duringTests({ allNodes: true });
let simulator: Simulator;
let topics: Topics;

before(async () => {
  simulator = await startSimulator({ ledDelay: 50 });
  topics = await Topics.of(broker);
  // It was sent while nobody listened, and must not press a button now.
  await topics.publish("pikvm/pikvm/power/set", "on", { retain: true });
  const flow = filledIn(example("mqtt-switches-a-host.json"), simulator);
  await nodeRed.deploy(
    flow.map((node) => (node.type === "mqtt-broker" ? { ...node, broker: "127.0.0.1", port: broker.port } : node)),
  );
});

after(async () => {
  await topics.close();
  await simulator.close();
});

test("tells at the start that the device is there and the host is off, and ignores a retained command", async () => {
  await topics.untilSaid("pikvm/pikvm/connection", "connected");
  await topics.untilSaid("pikvm/pikvm/power/state", "off");
  await topics.untilSaid("pikvm/bridge/state", "online");
  assert.equal(simulator.host.presses.length, 0);
});

test('"on" switches the host on and the state is published, retained', async () => {
  await topics.publish("pikvm/pikvm/power/set", "on");
  await until(() => simulator.host.power, { what: "the host's power" });
  await topics.untilSaid("pikvm/pikvm/power/state", "on");
  assert.equal((await topics.retained()).get("pikvm/pikvm/power/state"), "on");
});

test("what the host does by itself is published too", async () => {
  simulator.host.power = false;
  await topics.untilSaid("pikvm/pikvm/power/state", "off");
});

test("a payload that means nothing comes back as an error by name, and nothing is pressed", async () => {
  const before = simulator.host.presses.length;
  await topics.publish("pikvm/pikvm/power/set", "explode");
  const text = await until(() => topics.latest("pikvm/pikvm/error"), { what: "an error" });
  const error = JSON.parse(text) as Record<string, unknown>; // the flow publishes msg.error
  assert.equal(error["name"], "ConfigurationError");
  assert.match(String(error["message"]), /explode/);
  assert.equal(simulator.host.presses.length, before);
});

test("a device that is not configured is an error on its own topic", async () => {
  await topics.publish("pikvm/nobody/power/set", "on");
  const text = await until(() => topics.latest("pikvm/nobody/error"), { what: "an error" });
  assert.match(text, /"ConfigurationError"/);
});

test("a device that goes away and comes back is told", async () => {
  await simulator.unplug();
  await topics.untilSaid("pikvm/pikvm/connection", "disconnected");
  await simulator.plugIn();
  await topics.untilSaid("pikvm/pikvm/connection", "connected");
});

test("what changed while the broker was away is published when it is back", async () => {
  await broker.stop();
  nodeRed.forget();
  simulator.host.power = true;
  const publish = idOf(example("mqtt-switches-a-host.json"), "mqtt out", "retained");
  await nodeRed.message(publish);
  topics.forget();
  await broker.start();
  await topics.untilSaid("pikvm/pikvm/power/state", "on");
  await topics.untilSaid("pikvm/pikvm/connection", "connected");
});
