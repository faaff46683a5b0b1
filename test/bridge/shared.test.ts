import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startSimulator, type Simulator } from "../../src/simulator";
import { told } from "../faults/fleet-members";
import { device, flow, node } from "../harness/flows";
import { Mosquitto, skip } from "../harness/mosquitto";
import { NodeRed } from "../harness/node-red";
import { Topics } from "../harness/topics";
import { until } from "../harness/until";

describe("a Node-RED that shares its device", { skip }, () => {
  const red = NodeRed.duringTests({ allNodes: true });
  const broker = new Mosquitto().duringTests();
  let simulator: Simulator;
  let topics: Topics;
  before(async () => {
    simulator = await startSimulator({ tls: false });
    await broker.start();
    topics = await Topics.of(broker);
  });
  after(async () => {
    await topics.close();
    await red.deploy([]);
    await simulator.close();
  });

  const deploy = (overrides: object) =>
    red.deploy(
      flow(
        ...broker.nodes({ ...told("nodered/red"), ...overrides }),
        device({ url: simulator.url, fingerprint: "" }, { trust: "system" }),
        node("pikvm-mqtt-bridge", { broker: "broker", shared: true, commands: ["request: custom"], discovery: false }),
      ),
    );
  const holder = (): string | undefined => /nodered\/[\w-]+/.exec(topics.latest("pikvm/bench/claim") ?? "")?.[0];
  const ask = (n: number): Promise<unknown> => {
    const body = { method: "POST", path: "/api/hid/events/send_key", query: `key=KeyA&n=${n}` };
    const properties = { responseTopic: `answer/${n}`, correlationData: Buffer.from(`#${n}`) };
    return topics.publish("pikvm/bench/do/request/custom", JSON.stringify(body), { properties });
  };
  const answer = (n: number) =>
    until(() => topics.messages.find(({ topic }) => topic === `answer/${n}`), { what: `the answer to ${n}` });

  for (const [code, settings] of Object.entries({
    NOT_MQTT_5: { protocolVersion: "4" },
    NO_PRESENCE: { willTopic: "" },
    // Kept by nobody who comes later.
    NO_PRESENCE_RETAINED: { birthRetain: "false" },
  }))
    test(`says what to set where others could not hear of it: ${code}`, async () => {
      red.forget();
      await deploy(settings);
      const message = await until(() => red.at("error").at(-1), { what: "an error" });
      const { error } = message as { error?: { name: string; code: string } };
      assert.equal(error?.name, "ConfigurationError");
      assert.equal(error.code, code.replace("_RETAINED", ""));
    });

  test("has it, and is named by its topic in Home Assistant", async () => {
    await deploy({});
    await topics.untilSaid("pikvm/bench/availability", "online");
    assert.equal(holder(), "nodered/red");
    await ask(1);
    assert.match((await answer(1)).text, /"result"/);
    await topics.untilSaid("pikvm/bench/power", "off");
  });
});
