import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, flow } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

const red = NodeRed.duringTests();
let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ clock: scaledClock(10), power: true });
});
after(() => simulator.close());

const get = (id: string): Promise<Response> => fetch(`${red.url}/pikvm/devices/${id}/snapshot`);

async function problemOf(id: string): Promise<string> {
  const answer = await get(id);
  assert.equal(answer.status, 400);
  assert.match(String(answer.headers.get("content-type")), /^application\/json/);
  return ((await answer.json()) as { problem: string }).problem;
}

test("a dialog can ask a device for a picture of the screen, though nobody watches; it is kept nowhere", async () => {
  await red.deploy(flow(device(simulator)));
  const answer = await get("device");
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "image/jpeg");
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.deepEqual([...Buffer.from(await answer.arrayBuffer()).subarray(0, 2)], [0xff, 0xd8]);
  await until(() => simulator.connections === 0, { what: "nothing to stay open" });
});

test("why there is no picture is told: no such device, a refused login, nobody at the address", async () => {
  await red.deploy(
    flow(
      device(simulator),
      device(simulator, { id: "refused", credentials: { password: "wrong-Zebra" } }),
      device(simulator, { id: "away", address: "https://127.0.0.1:1" }),
    ),
  );
  assert.match(await problemOf("nothing"), /No device is chosen, or the chosen one is not deployed/);
  assert.match(await problemOf("catch"), /No device is chosen/);
  const refused = await problemOf("refused");
  assert.match(refused, /refused/);
  assert.doesNotMatch(refused, /Zebra/);
  assert.match(await problemOf("away"), /127\.0\.0\.1/);
});

test("a host that sends no picture is told too", async (t) => {
  const dark = await startSimulator({ clock: scaledClock(10) });
  t.after(() => dark.close());
  await red.deploy(flow(device(dark)));
  assert.match(await problemOf("device"), /sends no signal/);
});
