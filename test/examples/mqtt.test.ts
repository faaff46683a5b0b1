import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { AedesBroker } from "../harness/aedes";
import { NodeRed, type FlowConfig } from "../harness/node-red";
import { Topics } from "../harness/topics";
import { until } from "../harness/until";
import { example, filledIn, idOf } from "./example";

const broker = new AedesBroker().duringTests();
const nodeRed = NodeRed.duringTests({ allNodes: true });
const PASSPHRASE = "open sesame";
let simulator: Simulator;
let topics: Topics;

before(async () => {
  simulator = await startSimulator({ ledDelay: 50 });
  topics = await Topics.of(broker);
  // It was sent while nobody listened, and must not press a button now.
  await topics.publish("pikvm/pikvm/power/set", "on", { retain: true });
  await deploy("mqtt-switches-a-host.json", simulator);
});

/** After a person has filled in the device, the broker and the passphrase. */
async function deploy(file: string, device: Simulator): Promise<FlowConfig> {
  const flow = filledIn(example(file), device).map((node) => {
    if (node.type === "pikvm-hid-keys") return { ...node, credentials: { secret: PASSPHRASE } };
    return node.type === "mqtt-broker" ? { ...node, broker: "127.0.0.1", port: broker.port } : node;
  });
  await nodeRed.deploy(flow);
  return flow;
}

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

test("mqtt-bridge.json: what is published is done, answered, or refused by name", async () => {
  simulator.host.power = false;
  const flow = await deploy("mqtt-bridge.json", simulator);
  await topics.untilSaid("pikvm/pikvm/power", "off");
  const press = (name: string): void => nodeRed.send(idOf(flow, "inject", name), {});
  press("on");
  await nodeRed.message(idOf(flow, "debug", "done"));
  assert.equal(simulator.host.power, true);
  press("type");
  const { error } = await nodeRed.message(idOf(flow, "debug", "error"));
  assert.equal((error as { code: string }).code, "NOT_ALLOWED");
  press("take a picture");
  await until(() => topics.latest("pikvm/pikvm/picture"), { what: "a picture" });
  press("ask, and be answered");
  const seen = idOf(flow, "debug", "what is published");
  const isAnswer = ({ topic }: { topic?: unknown }) => topic === "pikvm/pikvm/do/atx-power/state/result";
  const { payload } = await until(() => nodeRed.at(seen).find(isAnswer), { what: "the answer" });
  assert.equal((payload as { id: number }).id, 1);
});

test("home-assistant.json: Home Assistant gets the device, and a button that unlocks its disk", async (t) => {
  const host = await startSimulator({ clock: scaledClock(20), diskPassphrase: PASSPHRASE });
  t.after(() => host.close());
  topics.forget();
  const flow = await deploy("home-assistant.json", host);
  await topics.untilSaid("pikvm/pikvm/availability", "online");
  const device = `homeassistant/device/pikvm_${idOf(flow, "pikvm-mqtt-bridge", "pikvm in Home Assistant")}/config`;
  await until(() => topics.latest(device)?.includes('"power"'), { what: "the device" });
  nodeRed.send(idOf(flow, "inject", "show the button"), {});
  const button = "homeassistant/button/pikvm_flow_unlock/config";
  const shown = await until(() => topics.latest(button), { what: "the button" });
  const { command_topic: topic } = JSON.parse(shown) as { command_topic: string }; // the flow says so
  await topics.publish(topic, "PRESS");
  await nodeRed.message(idOf(flow, "debug", "unlocked"));
  await until(() => host.host.screen.lines.join("\n").includes("debian login:"), { what: "an unlocked disk" });
  assert.ok(!topics.everything().includes(PASSPHRASE));
  nodeRed.send(idOf(flow, "inject", "take it away"), {});
  await topics.untilSaid(button, "");
});
