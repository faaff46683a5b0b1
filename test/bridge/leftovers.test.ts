import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Simulator } from "../../src/simulator";
import { Cable } from "../faults/cable";
import { device, flow } from "../harness/flows";
import { skip } from "../harness/mosquitto";
import { until } from "../harness/until";
import { House } from "./house";

describe("what a bridge leaves on its broker", { skip }, () => {
  const house = new House();
  let simulator: Simulator;
  let cable: Cable;

  before(async () => {
    await house.built();
    simulator = await house.simulator();
    cable = new Cable(house.broker.port);
    await cable.listen();
  });
  after(() => cable.close());

  const near = () => house.broker.nodes({ port: cable.port });
  const other = () => house.broker.nodes({ id: "other" });
  const flowOf = (...bridges: Record<string, unknown>[]) =>
    flow(...near(), ...other(), device(simulator), ...bridges.map((one) => house.bridge(one)));
  const all = (...bridges: Record<string, unknown>[]) => house.red.deploy(flowOf(...bridges));
  const retained = async (under = "") => [...(await house.topics.retained()).keys()].filter((topic) => topic.startsWith(under)); // prettier-ignore
  const isThere = (base: string) => until(async () => (await retained(base)).length > 20, { what: base });
  const isGone = (base: string) =>
    until(async () => (await retained(base)).length === 0, { what: `nothing of ${base}` });

  test("is removed with it, also before it has begun again", async () => {
    await all({});
    await isThere("pikvm/bench/");
    await all({ readOnly: true });
    await all();
    await isGone("");
  });

  test("is removed when the broker is back, and what is there by then is kept", async () => {
    await all({});
    await isThere("pikvm/bench/");
    cable.unplug();
    await until(() => house.red.statuses.findLast(({ id }) => id === "node")?.status.text === "no MQTT connection");
    await all();
    await all({ id: "another", leftOut: ["uptime"] });
    cable.appear();
    await until(async () => !(await retained()).includes("pikvm/bench/uptime"), { what: "what only the first had" });
    await isThere("pikvm/bench/");
    const devices = async () => (await retained("homeassistant/")).join();
    await until(async () => (await devices()) === "homeassistant/device/pikvm_another/config", { what: "one device" });
    await all();
    await isGone("");
  });

  test("is removed when Home Assistant listens to the new topics", async () => {
    await all({});
    await isThere("pikvm/bench/");
    await house.homeAssistant.untilState("binary_sensor.pikvm_bench_connected", "on");
    await all({ topic: "desk" });
    await isThere("pikvm/desk/");
    await isGone("pikvm/bench/");
    house.assertClean();
  });

  test("is removed from a broker that it does not use any more", async () => {
    await all({});
    await isThere("pikvm/bench/");
    await all({ broker: "other", prefix: "elsewhere" });
    await isThere("elsewhere/bench/");
    await isGone("pikvm/");
    await all();
    await isGone("");
  });

  test("is not removed when another bridge has taken its topic, also in the same deploy", async () => {
    await all({ id: "one", topic: "left" }, { id: "two", topic: "right" });
    await isThere("pikvm/left/");
    await isThere("pikvm/right/");
    await all({ id: "one", topic: "right" }, { id: "two", topic: "left" });
    const described = async (id: string) => (await house.topics.retained()).get(`homeassistant/device/pikvm_${id}/config`) ?? ""; // prettier-ignore
    await until(async () => (await described("one")).includes("pikvm/right/power"), { what: "one as right" });
    await until(async () => (await described("two")).includes("pikvm/left/power"), { what: "two as left" });
    // By then Home Assistant has had its time, and what is not used is removed.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    assert.equal((await retained("pikvm/left/")).length, (await retained("pikvm/right/")).length);
    await isThere("pikvm/left/");
    await all();
    await isGone("");
  });

  test("a bridge whose place is taken starts when that is free", async () => {
    await all({ id: "first" }, { id: "second" });
    await until(() => house.red.statuses.findLast(({ id }) => id === "second")?.status.fill === "red", {
      what: "a refusal",
    });
    await all({ id: "second" });
    await isThere("pikvm/bench/");
    await all();
    await isGone("");
  });
});
