import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AedesBroker } from "../harness/aedes";
import { Mosquitto, skip } from "../harness/mosquitto";
import { until } from "../harness/until";
import type { Config } from "./check";
import { Desk, DEVICE, HEAT, idsOf, message, POWER, STATUS, TOPIC } from "./desk";

const KINDS = [
  { broker: new Mosquitto(), skip },
  { broker: new AedesBroker(), skip: false },
];

for (const { broker, skip: leftOut } of KINDS) {
  describe(`Home Assistant at ${broker.title}`, { skip: leftOut }, () => {
    const desk = Desk.duringTests(broker);

    test("publishes its birth when it has taken what is retained, and its death when it stops", async () => {
      const home = await desk.homeAssistant();
      await desk.topics.untilSaid(STATUS, "online");
      await desk.tell(message({ power: POWER, heat: HEAT }));
      assert.deepEqual(idsOf(home), ["switch.desk_power", "sensor.desk_temperature"]);
      assert.deepEqual(home.devices, [DEVICE]);
      await home.restart();
      assert.deepEqual(idsOf(home), ["switch.desk_power", "sensor.desk_temperature"]);
      assert.deepEqual([home.log, home.ignored, home.orphans], [[], [], []]);
      await until(() => desk.topics.on(STATUS).length === 3, { what: "its second birth" });
      assert.deepEqual(desk.topics.on(STATUS), ["online", "offline", "online"]);
      assert.deepEqual([...(await desk.topics.retained()).keys()], [TOPIC]);
    });

    test("what goes while it is away is an orphan afterwards", async () => {
      const home = await desk.homeAssistant();
      await desk.tell(message({ power: POWER, heat: HEAT }));
      await home.stop();
      await desk.topics.publish(TOPIC, JSON.stringify(message({ power: POWER })), { retain: true });
      await home.start();
      assert.deepEqual(idsOf(home), ["switch.desk_power"]);
      assert.deepEqual(home.orphans, ["sensor.desk_temperature"]);
      await home.stop();
      await desk.topics.publish(TOPIC, "", { retain: true });
      await home.start();
      assert.deepEqual(home.orphans, ["switch.desk_power", "sensor.desk_temperature"]);
    });

    test("availability: all, any and the latest of its topics, retained or not", async () => {
      const home = await desk.homeAssistant();
      const availability = [{ topic: "a/1" }, { topic: "a/2", payload_available: "up", payload_not_available: "down" }];
      const of = (name: string, more: Config): Config => ({ ...POWER, unique_id: name, name, ...more });
      const components = {
        all: of("all", { availability_mode: "all" }),
        any: of("any", { availability_mode: "any" }),
        latest: of("latest", {}),
        own: of("own", { availability: [{ topic: "a/own" }] }),
      };
      const seen = (): unknown[] => home.entities.filter((one) => one.isAvailable).map(({ config }) => config["name"]);
      await desk.say("a/1", "online", true);
      await desk.tell(message(components, { availability }));
      await until(() => seen().length === 2, { what: "the retained payload" });
      assert.deepEqual(seen(), ["any", "latest"]);
      await desk.say("a/2", "online");
      assert.deepEqual(seen(), ["any", "latest"]);
      await desk.say("a/2", "up");
      assert.deepEqual(seen(), ["all", "any", "latest"]);
      await desk.say("a/1", "offline", true);
      assert.deepEqual(seen(), ["any"]);
      await desk.say("a/own", "online");
      await desk.say("t/state", "ON");
      assert.deepEqual(seen(), ["any", "own"]);
      assert.equal(home.entity("switch.desk_all").state, "unavailable");
      await desk.say("a/1", "online", true);
      assert.equal(home.entity("switch.desk_all").state, "on");
    });

    test("a broker that goes makes everything unavailable, and one that comes is told the birth again", async () => {
      const home = await desk.homeAssistant();
      await desk.tell(message({ power: POWER }));
      await desk.say("t/state", "ON");
      desk.topics.forget();
      await broker.kill();
      await home.untilState("switch.desk_power", "unavailable");
      await broker.start();
      await home.untilState("switch.desk_power", "on");
      await home.settled();
      await until(
        async () => {
          await desk.say("t/state", "OFF");
          return home.entity("switch.desk_power").state === "off";
        },
        { what: "its subscriptions" },
      );
    });
  });
}

describe("Home Assistant", () => {
  const broker = new AedesBroker();
  const desk = Desk.duringTests(broker);

  test("is told again what is retained when its connection was cut", async () => {
    const home = await desk.homeAssistant();
    await desk.say("t/state", "OFF", true);
    await desk.tell(message({ power: POWER }));
    await home.untilState("switch.desk_power", "off");
    await desk.say("t/state", "ON");
    assert.equal(home.entity("switch.desk_power").state, "on");
    broker.cut();
    await home.untilState("switch.desk_power", "off");
  });
});
