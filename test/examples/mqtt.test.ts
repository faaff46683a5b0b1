import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server } from "node:net";
import { after, before, test } from "node:test";
import type { Aedes } from "aedes" with { "resolution-mode": "import" };
import { connectAsync, type MqttClient } from "mqtt";
import { startSimulator, type Simulator } from "../../src/simulator";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";
import { example, filledIn, idOf } from "./example";

const nodeRed = NodeRed.duringTests({ allNodes: true });
let simulator: Simulator;
let broker: Aedes;
let server: Server;
let client: MqttClient;
/** What the client has received, newest last. */
const received: { topic: string; text: string; retained: boolean }[] = [];

const port = (): number => (server.address() as AddressInfo).port; // it listens on TCP

/** A new broker, which has no retained messages. */
async function startBroker(onPort = 0): Promise<void> {
  const { Aedes } = await import("aedes");
  broker = await Aedes.createBroker();
  server = createServer((socket) => void broker.handle(socket));
  await new Promise<void>((resolve) => server.listen(onPort, "127.0.0.1", resolve));
}

async function stopBroker(): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  await new Promise<void>((resolve) => broker.close(resolve));
  await closed;
}

before(async () => {
  simulator = await startSimulator({ ledDelay: 50 });
  await startBroker();
  client = await connectAsync(`mqtt://127.0.0.1:${port()}`, { reconnectPeriod: 100 });
  // It was sent while nobody listened, and must not press a button now.
  await client.publishAsync("pikvm/pikvm/power/set", "on", { retain: true });
  client.on("message", (topic, payload, { retain }) => {
    received.push({ topic, text: payload.toString("utf8"), retained: retain });
  });
  await client.subscribeAsync("pikvm/#");
  const flow = filledIn(example("mqtt-switches-a-host.json"), simulator);
  await nodeRed.deploy(
    flow.map((node) => (node.type === "mqtt-broker" ? { ...node, broker: "127.0.0.1", port: port() } : node)),
  );
});

after(async () => {
  await client.endAsync();
  await stopBroker();
  await simulator.close();
});

/** The newest message on a topic. */
const latest = (topic: string): string | undefined => received.findLast((message) => message.topic === topic)?.text;

const untilSaid = (topic: string, text: string) => until(() => latest(topic) === text, { what: `"${text}" on ${topic}` });

/** What somebody who comes now is told. */
async function retainedOn(topic: string): Promise<string> {
  const visitor = await connectAsync(`mqtt://127.0.0.1:${port()}`);
  const message = new Promise<string>((resolve) =>
    visitor.once("message", (_topic, payload) => resolve(payload.toString("utf8"))),
  );
  await visitor.subscribeAsync(topic);
  const text = await message;
  await visitor.endAsync();
  return text;
}

test("tells at the start that the device is there and the host is off, and ignores a retained command", async () => {
  await untilSaid("pikvm/pikvm/connection", "connected");
  await untilSaid("pikvm/pikvm/power/state", "off");
  await untilSaid("pikvm/bridge/state", "online");
  assert.equal(simulator.host.presses.length, 0);
});

test('"on" switches the host on and the state is published, retained', async () => {
  await client.publishAsync("pikvm/pikvm/power/set", "on");
  await until(() => simulator.host.power, { what: "the host's power" });
  await untilSaid("pikvm/pikvm/power/state", "on");
  assert.equal(await retainedOn("pikvm/pikvm/power/state"), "on");
});

test("what the host does by itself is published too", async () => {
  simulator.host.power = false;
  await untilSaid("pikvm/pikvm/power/state", "off");
});

test("a payload that means nothing comes back as an error by name, and nothing is pressed", async () => {
  const before = simulator.host.presses.length;
  await client.publishAsync("pikvm/pikvm/power/set", "explode");
  const text = await until(() => latest("pikvm/pikvm/error"), { what: "an error" });
  const error = JSON.parse(text) as Record<string, unknown>; // the flow publishes msg.error
  assert.equal(error["name"], "ConfigurationError");
  assert.match(String(error["message"]), /explode/);
  assert.equal(simulator.host.presses.length, before);
});

test("a device that is not configured is an error on its own topic", async () => {
  await client.publishAsync("pikvm/nobody/power/set", "on");
  const text = await until(() => latest("pikvm/nobody/error"), { what: "an error" });
  assert.match(text, /"ConfigurationError"/);
});

test("a device that goes away and comes back is told", async () => {
  await simulator.unplug();
  await untilSaid("pikvm/pikvm/connection", "disconnected");
  await simulator.plugIn();
  await untilSaid("pikvm/pikvm/connection", "connected");
});

test("what changed while the broker was away is published when it is back", async () => {
  const previous = port();
  await stopBroker();
  nodeRed.forget();
  simulator.host.power = true;
  const publish = idOf(example("mqtt-switches-a-host.json"), "mqtt out", "retained");
  await nodeRed.message(publish);
  received.length = 0;
  await startBroker(previous);
  await untilSaid("pikvm/pikvm/power/state", "on");
  await untilSaid("pikvm/pikvm/connection", "connected");
});
