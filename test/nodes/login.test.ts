import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

// The times of the trials are those of test/client/login.test.ts; here is what a flow sees of them.
const red = NodeRed.duringTests();
beforeEach(() => red.forget());

async function refusing(t: { after: (work: () => Promise<void>) => void }): Promise<Simulator> {
  const simulator = await startSimulator();
  simulator.state.auth.serverDown = true;
  t.after(async () => {
    await red.deploy(flow());
    await simulator.close();
  });
  return simulator;
}

const REQUEST = node("pikvm-request");
const EVENTS = node("pikvm-events", { id: "events", wires: [["result"], ["error"]] });
const statusesOf = (id: string) => red.statuses.filter((status) => status.id === id).map(({ status }) => status.text);
const errorOf = (msg: Record<string, unknown>) => msg["error"] as Record<string, unknown>;

test("status and error tell when a refused login is tried again", async (t) => {
  const simulator = await refusing(t);
  await red.deploy(flow(device(simulator), REQUEST));
  for (const code of ["HTTP_403", "LOGIN_PAUSED"]) {
    red.received.length = 0;
    red.send("node", {});
    const { name, next_trial, code: told } = errorOf(await red.message("error"));
    assert.deepEqual([name, told], ["AuthError", code]);
    const left = Date.parse(String(next_trial)) - Date.now();
    assert.ok(left > 30_000 && left <= 60_000, `${left} ms`);
    // Where it takes no time, the same is not shown again.
    await until(() => /^login refused · \d\d:\d\d$/.test(statusesOf("node").at(-1) ?? ""));
  }
  assert.equal(simulator.requests.length, 1);
});

for (const login of [true, "yes", 1]) {
  test(`msg.pikvm-login (${login}) of a request has it tried at once; then all goes on, events too`, async (t) => {
    const simulator = await refusing(t);
    await red.deploy(flow(device(simulator), REQUEST, EVENTS));
    await red.message("error");
    red.forget();
    red.send("node", { "pikvm-login": login });
    assert.equal(errorOf(await red.message("error"))["name"], "AuthError");
    await until(() => statusesOf("events").length > 0);
    assert.equal(red.at("error").length, 1, "the events node says only in its status when the next trial is");
    assert.equal(simulator.requests.length, 2);
    simulator.state.auth.serverDown = false;
    red.forget();
    red.send("node", { "pikvm-login": login });
    await red.message("result", { count: 2 });
    await until(() => statusesOf("events").includes("connected"));
    assert.deepEqual(red.at("error"), []);
  });
}

test("without it, or with false, nothing is sent before it is time", async (t) => {
  const simulator = await refusing(t);
  await red.deploy(flow(device(simulator), REQUEST));
  for (const msg of [{}, { "pikvm-login": false }, { "pikvm-login": "off" }, { "pikvm-login": null }, {}])
    red.send("node", msg);
  await red.message("error", { count: 5 });
  assert.equal(simulator.requests.length, 1);
});

test("other settings are tried at once; the same ones five times in an hour, however often they are deployed", async (t) => {
  const simulator = await refusing(t);
  simulator.state.auth.serverDown = false;
  for (let count = 0; count < 8; count += 1) {
    await red.deploy(flow(device(simulator, { credentials: { password: "wrong" } }), REQUEST));
    red.send("node", {});
    await red.message("error", { count: count + 1 });
  }
  assert.equal(simulator.requests.length, 5);
  await red.deploy(flow(device(simulator), { ...REQUEST, ...fields({ call: ["choice", "info"] }) }));
  red.send("node", {});
  await red.message("result");
});
