import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node } from "../harness/flows";
import { NodeRed, type FlowConfig } from "../harness/node-red";
import { until } from "../harness/until";
import { ACTIONS, SOURCES } from "./usual/usual";

/** On a busy computer nothing is given up. */
const PATIENT = { busyRetry: "10", ...fields({ timeout: ["num", "60"] }) };

const red = NodeRed.duringTests();
let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ clock: scaledClock(10) });
});
after(() => simulator.close());

/** Fifty action nodes and three events nodes on one device. `revision` changes every one of the chosen nodes. */
function manyNodes(revision: number, changes: (index: number) => boolean): FlowConfig {
  const actions = Array.from({ length: 50 }, (_, index) =>
    node("pikvm-atx-power", {
      id: `action${index}`,
      name: changes(index) ? `revision ${revision}` : "",
      ...fields({ action: ["choice", "state"] }),
    }),
  );
  const events = [0, 1, 2].map((index) =>
    node("pikvm-events", { id: `events${index}`, name: changes(index) ? `revision ${revision}` : "", mode: "state" }),
  );
  const { credentials, ...known } = device(simulator);
  // The editor sends credentials only when they were changed; with them a deploy restarts the device and all its users.
  return flow(revision === 0 ? { ...known, credentials } : known, ...actions, ...events);
}

async function everyNodeWorks(): Promise<void> {
  red.forget();
  for (let index = 0; index < 50; index += 1) red.send(`action${index}`, {});
  await red.message("result", { count: 50 });
}

const eventsConnected = (count: number) =>
  until(() => red.at("result").filter(({ payload }) => payload === "connected").length === count);

test("fifty action nodes and three events nodes hold one WebSocket, also after twenty deploys of modified nodes", async () => {
  await red.deploy(manyNodes(0, () => true));
  await eventsConnected(3);
  await everyNodeWorks();
  assert.equal(simulator.sessions, 1);
  assert.equal(simulator.sessionsOpened, 1);
  red.forget();
  await red.deploy(manyNodes(1, () => true));
  await eventsConnected(3);
  await until(() => simulator.sessions === 1 && simulator.sessionsOpened === 2);

  for (let revision = 1; revision <= 20; revision += 1) {
    // Some nodes are modified each time, as a person does; the third of a kind never is.
    const isModified = (index: number) => index < 2 || (index > 2 && index % 20 === revision % 20);
    red.forget();
    await red.deploy(manyNodes(revision, isModified), "nodes");
    // Of the events nodes one is what it was. The first time that is two: all had been called after the revision.
    await eventsConnected(revision === 1 ? 1 : 2);
    await everyNodeWorks();
    assert.equal(simulator.sessions, 1);
  }
  assert.equal(simulator.sessionsOpened, 2, "the WebSocket was never closed and opened again");

  await red.deploy(
    manyNodes(21, () => true),
    "nodes",
  );
  await everyNodeWorks();
  await until(() => simulator.sessions === 1);
});

test("after an undeploy nothing is left: no socket, no listener, no timer", async () => {
  await red.deploy(flow());
  await until(() => simulator.connections === 0);
  const before = counted();
  for (let round = 1; round <= 5; round += 1) {
    await red.deploy(manyNodes(0, () => true));
    await everyNodeWorks();
    await until(() => simulator.sessions === 1);
    await red.deploy(flow());
    await until(() => simulator.connections === 0);
  }
  assert.equal(simulator.sessions, 0);
  await until(() => JSON.stringify(counted()) === JSON.stringify(before), {
    what: `${JSON.stringify(counted())} to be again ${JSON.stringify(before)}`,
  });
});

test("a full deploy while the device is unreachable, working and typing leaves nothing behind", async () => {
  await red.deploy(flow());
  await until(() => simulator.connections === 0);
  const before = counted();
  const nodes = [
    node("pikvm-events", { id: "events" }),
    node("pikvm-events", { id: "lost", device: "nowhere" }),
    node("pikvm-hid-keys", { id: "typing", ...fields({ delay: ["num", "5"] }) }),
    node("pikvm-atx-power", {
      id: "waiting",
      ...fields({ action: ["choice", "on"], wait: ["choice", "led"], timeout: ["num", "600"] }),
    }),
  ];
  simulator.host.settings.ignoresPowerButton = true;
  await red.deploy(flow(device(simulator), device(simulator, { id: "nowhere", address: "127.0.0.1:1" }), ...nodes));
  await until(() => simulator.sessions === 1);
  red.send("typing", { payload: "x".repeat(1000) });
  red.send("waiting", {});
  await until(() => simulator.host.presses.length === 1 && simulator.host.keyEvents.length > 0);
  await red.deploy(flow());
  await until(() => simulator.connections === 0);
  await until(() => JSON.stringify(counted()) === JSON.stringify(before), {
    what: `${JSON.stringify(counted())} to be again ${JSON.stringify(before)}`,
  });
});

test("all nodes of the package, two of each kind, share one WebSocket for events and one for the video, also after deploys", async (t) => {
  const kept = (revision: number, copy: number) => (copy === 0 ? "" : `revision ${revision}`);
  const all = (revision: number): FlowConfig => {
    const nodes = [0, 1].flatMap((copy) =>
      [...ACTIONS, ...SOURCES].map(({ name, type, properties }) =>
        node(type, { ...properties, ...PATIENT, id: `${name}${copy}`, name: kept(revision, copy) }),
      ),
    );
    const { credentials, ...known } = device(simulator);
    return flow(revision === 0 ? { ...known, credentials } : known, ...nodes);
  };
  const simulator = await startSimulator({ clock: scaledClock(10), images: { "a.iso": 1_000_000 }, switchUnits: 1 });
  t.after(() => simulator.close());
  const opened = (stream: string) =>
    simulator.requests.filter(({ query, status }) => status === 101 && query["stream"] === stream);
  for (let revision = 0; revision < 3; revision += 1) {
    red.forget();
    await red.deploy(all(revision), revision === 0 ? "full" : "nodes");
    for (const copy of [0, 1])
      for (const { name, msg = {} } of ACTIONS) red.send(`${name}${copy}`, { sent: true, ...structuredClone(msg) });
    await until(
      () => [...red.at("result"), ...red.at("error")].filter(({ sent }) => sent).length === 2 * ACTIONS.length,
    );
    assert.deepEqual(red.at("error"), []);
  }
  assert.equal(opened("0").length, 1);
  assert.equal(opened("1").length, 1);
  await red.deploy(flow());
  await until(() => simulator.connections === 0);
});

/** What keeps a process busy, besides what the simulator and Node-RED have for themselves. */
function counted(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) {
    if (/TLS|TCPSocket|Timeout|Connect|DNS|GetAddrInfo/.test(name)) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
