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
  const under = (base: string, kept: Map<string, string>) => [...kept.keys()].filter((topic) => topic.startsWith(base));
  const isThere = (base: string) => house.topics.untilRetained((kept) => under(base, kept).length > 20, base);
  const isGone = (base: string) =>
    house.topics.untilRetained((kept) => under(base, kept).length === 0, `nothing of ${base}`);

  /** What can be chosen is told when Home Assistant has had its time, and what is not used has been removed. */
  const isSettled = (base: string) =>
    until(() => (house.topics.latest(`${base}/mount`) ?? "") !== "", { what: `the choices of ${base}` });

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
    await house.topics.untilRetained((kept) => !kept.has("pikvm/bench/uptime"), "what only the first had is gone");
    await isThere("pikvm/bench/");
    const devices = (kept: Map<string, string>) => under("homeassistant/", kept).join();
    const another = "homeassistant/device/pikvm_another/config";
    await house.topics.untilRetained((kept) => devices(kept) === another, "one device");
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

  test("is removed where Home Assistant is not told", async () => {
    await all();
    await isGone("");
    await all({ discovery: false });
    await isThere("pikvm/bench/");
    await all({ discovery: false, topic: "desk" });
    await isThere("pikvm/desk/");
    await isGone("pikvm/bench/");
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
    house.topics.forget();
    await all({ id: "one", topic: "right" }, { id: "two", topic: "left" });
    const isDescribed = (id: string, as: string) =>
      house.topics.untilRetained(
        (kept) => kept.get(`homeassistant/device/pikvm_${id}/config`)?.includes(`pikvm/${as}/power`) === true,
        `${id} as ${as}`,
      );
    await isDescribed("one", "right");
    await isDescribed("two", "left");
    await isSettled("pikvm/left");
    await isSettled("pikvm/right");
    const kept = await house.topics.retained();
    assert.equal(under("pikvm/left/", kept).length, under("pikvm/right/", kept).length);
    await isThere("pikvm/left/");
    await all();
    await isGone("");
  });

  test("is removed by the next Node-RED, which knows of it what Home Assistant does", async () => {
    await all({});
    await house.homeAssistant.untilState("binary_sensor.pikvm_bench_connected", "on");
    await isThere("pikvm/bench/");
    const kept = await house.topics.retained();
    await all();
    await isGone("");
    for (const [topic, text] of kept) await house.topics.publish(topic, text, { retain: true });
    await all({ topic: "desk" });
    await isThere("pikvm/desk/");
    await isGone("pikvm/bench/");
    await all();
    await isGone("");
  });

  test("a bridge whose place is taken starts when that is free", async () => {
    // On a tab of its own, so that Node-RED does not start it anew when the other is removed.
    const second = [{ id: "tab2", type: "tab" }, house.bridge({ id: "second", z: "tab2", wires: [[], []] })];
    await house.red.deploy([...flowOf({ id: "first" }), ...second]);
    await until(() => house.red.statuses.findLast(({ id }) => id === "second")?.status.fill === "red", {
      what: "a refusal",
    });
    // What a flow brings credentials for counts as changed, and so does what uses it.
    const rest = flowOf().map((one) => ({ ...one, credentials: undefined }));
    await house.red.deploy([...rest, ...second], "flows");
    await isThere("pikvm/bench/");
    await all();
    await isGone("");
  });
});
