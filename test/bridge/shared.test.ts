import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startSimulator, type Simulator } from "../../src/simulator";
import { Cable } from "../faults/cable";
import { bareMembers, told, type Member } from "../faults/fleet-members";
import { device, flow, node } from "../harness/flows";
import { Mosquitto, skip } from "../harness/mosquitto";
import { NodeRed } from "../harness/node-red";
import { Topics } from "../harness/topics";
import { until } from "../harness/until";

const SLOW = { kind: "delay", ms: 60_000, path: "/api/hid/events/send_key", after: true, times: 1 } as const;

describe("a Node-RED that shares its device", { skip }, () => {
  const red = NodeRed.duringTests({ withMqtt: true });
  const broker = new Mosquitto().duringTests();
  let simulator: Simulator;
  let topics: Topics;
  let cable: Cable;
  let other: Member | undefined;
  before(async () => {
    simulator = await startSimulator({ tls: false });
    await broker.start();
    topics = await Topics.of(broker);
    cable = new Cable(broker.port);
    await cable.listen();
  });
  after(async () => {
    await other?.end("SIGKILL");
    await topics.close();
    await cable.close();
    await simulator.close();
  });

  const deploy = (overrides: object) =>
    red.deploy(
      flow(
        ...broker.nodes({ port: cable.port, keepalive: "1", ...told("nodered/red"), ...overrides }),
        device({ url: simulator.url, fingerprint: "" }, { trust: "system" }),
        node("pikvm-mqtt-bridge", { broker: "broker", shared: true, commands: ["request: custom"], discovery: false }),
      ),
    );
  const holder = (): string | undefined => /nodered\/[\w-]+/.exec(topics.latest("pikvm/bench/claim") ?? "")?.[0];
  const ask = (n: number): Promise<unknown> => {
    const body = { method: "POST", path: SLOW.path, query: `key=KeyA&n=${n}` };
    const properties = { responseTopic: `answer/${n}`, correlationData: Buffer.from(`#${n}`) };
    return topics.publish("pikvm/bench/do/request/custom", JSON.stringify(body), { properties });
  };
  const done = (n: number): number => simulator.requests.filter(({ query }) => query["n"] === String(n)).length;
  const answer = (n: number) =>
    until(() => topics.messages.find(({ topic }) => topic === `answer/${n}`), { what: `the answer to ${n}` });
  const status = (): unknown => red.statuses.findLast(({ id }) => id === "node")?.status.text;

  for (const [code, settings] of Object.entries({
    NOT_MQTT_5: { protocolVersion: "4" },
    NO_PRESENCE: { willTopic: "" },
    // Kept by nobody who comes later.
    NO_PRESENCE_RETAINED: { birthRetain: "false" },
    // All who forgot it would have the same, and one that ends would say so for all.
    NO_PRESENCE_UNSET: told("${NODE_RED_NOT_SET}"),
  }))
    test(`says what to set where others could not hear of it: ${code}`, async () => {
      red.forget();
      // Of another name: that this one is gone may be told late.
      await deploy({ ...told(`nodered/${code}`), ...settings });
      const message = await until(() => red.at("error").at(-1), { what: "an error" });
      const { error } = message as { error?: { name: string; code: string } };
      assert.equal(error?.name, "ConfigurationError");
      assert.equal(error.code, code.replace(/_(RETAINED|UNSET)$/, ""));
    });

  test("has it, and is named by its topic in Home Assistant", async () => {
    await deploy({});
    await topics.untilSaid("pikvm/bench/availability", "online");
    assert.equal(holder(), "nodered/red");
    await ask(1);
    assert.match((await answer(1)).text, /"result"/);
    await topics.untilSaid("pikvm/bench/power", "off");
  });

  test("cut off from the broker, what it was doing is answered by the one that takes over, and not done again", async () => {
    other = await bareMembers(broker, [{ name: "bench", url: simulator.url }]).start();
    await until(() => topics.latest(other?.presence ?? "") === "online", { what: "the other" });
    const fault = simulator.faults.add(SLOW);
    await ask(2);
    await until(() => fault.hits === 1, { what: "the command under way" });
    cable.vanish();
    const { text, properties } = await answer(2);
    const { error } = JSON.parse(text) as { error: Record<string, unknown> };
    assert.equal(error["outcome"], "unknown");
    assert.equal(properties?.correlationData?.toString("utf8"), "#2");
    assert.equal(holder(), other.presence);
    // Until the broker has noticed, it may hand a command to the one that is cut off.
    await topics.untilSaid("nodered/red", "offline");
    await ask(3);
    assert.match((await answer(3)).text, /"result"/);
    assert.equal(status(), "no MQTT connection");
  });

  test("back at the broker it leaves the device to the other, and has it when that gives it up", async () => {
    cable.appear();
    await until(() => status() === "another Node-RED has it", { what: "the status" });
    await topics.untilSaid("pikvm/bench/availability", "online");
    await other?.end("SIGTERM");
    other = undefined;
    await until(() => holder() === "nodered/red" && topics.latest("pikvm/bench/availability") === "online");
    await ask(4);
    assert.match((await answer(4)).text, /"result"/);
    assert.deepEqual([1, 2, 3, 4].map(done), [1, 1, 1, 1]);
    assert.equal(topics.messages.filter(({ topic }) => topic.startsWith("answer/")).length, 4);
    assert.deepEqual(
      [...(await topics.retained()).keys()].filter((topic) => topic.includes("pending")),
      [],
    );
  });

  test("says when another Node-RED has its topic for itself, too", async () => {
    other = await bareMembers(broker, [{ name: "bench", url: simulator.url }]).start();
    await until(() => topics.latest(other?.presence ?? "") === "online", { what: "the other" });
    red.forget();
    await deploy(told(other.presence));
    await until(() => red.at("error").some((msg) => (msg["error"] as { code: string }).code === "NO_PRESENCE"));
    await other.end("SIGTERM");
    other = undefined;
    await deploy({});
    await until(() => holder() === "nodered/red");
    topics.forget();
    await topics.untilSaid("pikvm/bench/availability", "online");
  });

  test("removed, it leaves nothing on the broker but that it is there", async () => {
    await red.deploy(flow(...broker.nodes({ port: cable.port, ...told("nodered/red") })));
    await topics.untilRetained(
      (kept) => [...kept.keys()].every((topic) => topic.startsWith("nodered/")),
      "nothing but that it is there",
    );
  });
});
