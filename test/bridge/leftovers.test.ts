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
  const all = (own: Record<string, unknown> | undefined) =>
    house.red.deploy(flow(...near(), ...other(), device(simulator), ...(own ? [house.bridge(own)] : [])));
  const retained = async (under = "") => [...(await house.topics.retained()).keys()].filter((topic) => topic.startsWith(under)); // prettier-ignore
  const isThere = (base: string) => until(async () => (await retained(base)).length > 20, { what: base });
  const isGone = (base: string) =>
    until(async () => (await retained(base)).length === 0, { what: `nothing of ${base}` });

  test("is removed with it, also before it has begun again", async () => {
    await all({});
    await isThere("pikvm/bench/");
    await all({ readOnly: true });
    await all(undefined);
    await isGone("");
  });

  test("is removed when the broker is back, and what is there by then is kept", async () => {
    await all({});
    await isThere("pikvm/bench/");
    cable.unplug();
    await until(() => house.red.statuses.findLast(({ id }) => id === "node")?.status.text === "no MQTT connection");
    await all(undefined);
    await all({ id: "another", leftOut: ["uptime"] });
    cable.appear();
    await until(async () => !(await retained()).includes("pikvm/bench/uptime"), { what: "what only the first had" });
    await isThere("pikvm/bench/");
    const devices = async () => (await retained("homeassistant/")).join();
    await until(async () => (await devices()) === "homeassistant/device/pikvm_another/config", { what: "one device" });
    await all(undefined);
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
    await all(undefined);
    await isGone("");
  });
});
