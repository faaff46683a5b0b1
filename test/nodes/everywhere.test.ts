import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { AedesBroker } from "../harness/aedes";
import { device, flow, node } from "../harness/flows";
import { NodeRed, type FlowConfig } from "../harness/node-red";
import { until } from "../harness/until";
import { CAUGHT, onlyError, WIRED } from "./only-error";
import { ACTIONS, BRIDGES, SOURCES } from "./usual/usual";

// What holds for every node of the package, whatever it does.

const red = NodeRed.duringTests({ withMqtt: true });
const broker = new AedesBroker().duringTests();
let simulator: Simulator;
const fresh = () => startSimulator({ clock: scaledClock(10), images: { "a.iso": 1_000_000 }, switchUnits: 1 });
beforeEach(async () => {
  simulator = await fresh();
});
afterEach(async () => {
  await red.deploy(flow());
  await until(() => simulator.connections === 0, { what: "every connection to be closed" });
  await simulator.close();
  red.forget();
});

/** The broker that a node needs. */
const brokerOf = (properties: object): FlowConfig => ("broker" in properties ? broker.nodes() : []);

for (const { name, type, properties, msg = {} } of ACTIONS) {
  const deploy = (settings: object = {}, overrides: object = {}) =>
    red.deploy(flow(device(simulator, settings), node(type, { ...properties, ...overrides })));
  const send = (extra: object = {}) => red.send("node", { topic: "kept", ...msg, ...extra });

  describe(`${name}, as every action,`, () => {
    test("sends one result, with the message that came and the name of the device", async () => {
      await deploy();
      send();
      const { topic, pikvm } = await red.message("result");
      assert.deepEqual({ topic, pikvm }, { topic: "kept", pikvm: "bench" });
      assert.deepEqual([red.at("result").length, red.at("error"), red.at("caught")], [1, [], []]);
    });

    for (const wires of [WIRED, CAUGHT]) {
      const where = wires === WIRED ? "on the error output" : "in a Catch node";

      test(`says ${where} that no device is chosen`, async () => {
        await deploy({}, { device: "", wires });
        send();
        const { name, code } = await onlyError(red, wires);
        assert.deepEqual({ name, code }, { name: "ConfigurationError", code: "NOT_CONFIGURED" });
      });

      test(`says ${where} that the device cannot be reached`, async () => {
        await deploy({ address: "127.0.0.1:1" }, { wires });
        send();
        const { name, code } = await onlyError(red, wires);
        assert.deepEqual({ name, code }, { name: "ConnectError", code: "ECONNREFUSED" });
      });

      test(`says ${where} that the login was refused`, async () => {
        await deploy({ credentials: { password: "wrong" } }, { wires });
        send();
        assert.equal((await onlyError(red, wires)).name, "AuthError");
      });

      test(`says ${where} that it was cancelled`, async () => {
        await deploy({}, { wires });
        simulator.faults.add({ kind: "hang" });
        send();
        await until(() => red.statuses.some(({ id }) => id === "node"));
        red.send("node", { reset: true });
        assert.equal((await onlyError(red, wires)).name, "CancelledError");
        simulator.faults.clear();
      });
    }

    test("is ended in silence by a deploy while the device does not answer", async () => {
      await deploy({}, { wires: CAUGHT });
      simulator.faults.add({ kind: "hang" });
      send();
      await until(() => red.statuses.some(({ id }) => id === "node"));
      await red.deploy(flow());
      assert.deepEqual([red.at("result"), red.at("caught")], [[], []]);
      simulator.faults.clear();
    });

    test("lets the message choose the device, when the dialog says so", async () => {
      await deploy({}, { device: "", deviceFromMsg: true });
      send({ pikvm: "bench" });
      assert.equal((await red.message("result"))["pikvm"], "bench");
    });

    test("changes nothing on a device that is read-only, and says so when it would have", async () => {
      const changes = () => [...simulator.requests.filter(({ method }) => method !== "GET"), ...simulator.host.inputs];
      await deploy();
      send();
      await red.message("result");
      const wouldChange = changes().length > 0;
      await red.deploy(flow());
      await simulator.close();
      red.forget();
      // What is there already would need no change.
      simulator = await fresh();
      await deploy({ readOnly: true });
      send();
      const { error } = await red.outcome();
      assert.equal((error as { code: string } | undefined)?.code, wouldChange ? "READ_ONLY" : undefined);
      assert.deepEqual(changes(), []);
    });
  });
}

for (const { name, type, properties } of [...SOURCES, ...BRIDGES]) {
  const deploy = (settings: object = {}, overrides: object = {}) =>
    red.deploy(flow(...brokerOf(properties), device(simulator, settings), node(type, { ...properties, ...overrides })));
  const sends = SOURCES.some((source) => source.name === name);

  describe(`${name}, as every source,`, () => {
    if (sends) {
      test("sends messages with a topic and the name of the device", async () => {
        await deploy();
        const { topic, pikvm } = await red.message("result");
        assert.deepEqual([typeof topic, pikvm], ["string", "bench"]);
      });
    }

    for (const wires of [WIRED, CAUGHT]) {
      const where = wires === WIRED ? "on the error output" : "in a Catch node";
      const faults = [
        { what: "no device is chosen", settings: {}, overrides: { device: "" }, error: "ConfigurationError" },
        {
          what: "the device cannot be reached",
          settings: { address: "127.0.0.1:1" },
          overrides: {},
          error: "ConnectError",
        },
        {
          what: "the login was refused",
          settings: { credentials: { password: "wrong" } },
          overrides: {},
          error: "AuthError",
        },
      ];
      for (const { what, settings, overrides, error } of faults) {
        test(`says once ${where} that ${what}`, async () => {
          await deploy(settings, { ...overrides, wires });
          assert.equal((await onlyError(red, wires)).name, error);
        });
      }
    }
  });
}

test("two of every node on one device share its connection: one WebSocket, and one more while somebody watches", async () => {
  const nodes = [1, 2].flatMap((turn) =>
    [...ACTIONS, ...SOURCES].map(({ name, type, properties }) => node(type, { id: `${name}${turn}`, ...properties })),
  );
  await red.deploy(flow(device(simulator), ...nodes));
  for (const turn of [1, 2])
    for (const { name, msg = {} } of ACTIONS) red.send(`${name}${turn}`, { ...msg, done: `${name}${turn}` });
  const done = () => new Set([...red.at("result"), ...red.at("error")].map((msg) => msg["done"]));
  for (const turn of [1, 2])
    for (const { name } of ACTIONS)
      await until(() => done().has(`${name}${turn}`), { what: `${name}${turn} to be done` });
  assert.ok(simulator.sessionsOpened <= 2, `${simulator.sessionsOpened} WebSockets`);
});
