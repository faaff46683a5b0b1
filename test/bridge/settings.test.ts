import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { Simulator } from "../../src/simulator";
import { device, flow } from "../harness/flows";
import { House } from "./house";

const house = new House();
let simulator: Simulator;
before(async () => {
  await house.built();
  simulator = await house.simulator();
});

const deploy = (own: Record<string, unknown>) =>
  house.red.deploy(flow(...house.broker.nodes(), device(simulator), house.bridge(own)));

test("slashes and blanks at the ends of what topics begin with mean nothing", async () => {
  await deploy({ prefix: " /pikvm/", discoveryPrefix: "homeassistant/ " });
  const config = "homeassistant/device/pikvm_node/config";
  await house.topics.untilRetained((kept) => kept.has(config), "the message to Home Assistant");
  await house.homeAssistant.untilState("binary_sensor.pikvm_bench_connected", "on");
});

for (const [field, value] of [
  ["prefix", "pikvm/#"],
  ["discoveryPrefix", "+"],
  ["discoveryPrefix", "/"],
  ["statusTopic", "homeassistant/#"],
] as const)
  test(`a variable that makes "${value}" of ${field} is refused`, async (t) => {
    process.env["PIKVM_TEST_TOPIC"] = value;
    t.after(() => delete process.env["PIKVM_TEST_TOPIC"]);
    house.red.forget();
    await deploy({ [field]: "${PIKVM_TEST_TOPIC}" });
    const { error } = (await house.red.message("error")) as { error?: { name: string; message: string } };
    assert.equal(error?.name, "ConfigurationError");
    assert.ok(error.message.includes(`"${value}"`), error.message);
  });

test("an error of the broker node itself, as of a birth message that is refused, does not end Node-RED", async () => {
  await deploy({});
  await house.homeAssistant.untilState("binary_sensor.pikvm_bench_connected", "on");
  const broker = house.red.node("broker") as unknown as { error: (error: Error, message: object) => void };
  broker.error(new Error("not authorized"), { topic: "nodered/status" });
});
