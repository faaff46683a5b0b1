import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startSimulator, type Simulator } from "../../src/simulator";
import { device, flow, node } from "../harness/flows";
import { Mosquitto } from "../harness/mosquitto";
import { NodeRed } from "../harness/node-red";
import { Topics } from "../harness/topics";

const red = NodeRed.duringTests({ allNodes: true });
const broker = new Mosquitto().duringTests();
let simulator: Simulator;
let topics: Topics;
before(async () => {
  simulator = await startSimulator({ images: { "boot.iso": 1000 } });
  await broker.start();
  topics = await Topics.of(broker);
  await red.deploy(flow(...broker.nodes(), device(simulator), node("pikvm-mqtt-bridge", { broker: "broker" })));
});
after(async () => {
  await topics.close();
  await simulator.close();
});

test("states are there as plain values, and follow", async () => {
  await topics.untilSaid("pikvm/bench/availability", "online");
  await topics.untilSaid("pikvm/bench/power", "off");
  await topics.publish("pikvm/bench/power/set", "on");
  await topics.untilSaid("pikvm/bench/power", "on");
  assert.equal(simulator.host.power, true);
  await new Promise((r) => setTimeout(r, 5000));
  console.log([...(await topics.retained())].map(([t, p]) => `${t} ${p.slice(0, 4000)}`).join("\n"));
  console.log(
    JSON.stringify(red.at("error")),
    JSON.stringify(red.at("result")),
    red.statuses.slice(-3),
    red.logs.slice(-5),
  );
});
