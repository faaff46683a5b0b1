import assert from "node:assert/strict";
import { test } from "node:test";

import { scaledClock, type Simulator } from "../../src/simulator";
import type { JsonObject } from "../../src/simulator/api/python";
import { call, device, listen, until } from "./device";

const JSON_TYPE = { "Content-Type": "application/json" };

/** What the page shows. */
async function shown({ url }: Simulator): Promise<Record<string, unknown>> {
  return JSON.parse((await call(url, "GET", "/simulator/state", { headers: {} })).text) as JsonObject; // the page's own format
}

async function press({ url }: Simulator, order: object, headers: Record<string, string> = JSON_TYPE): Promise<number> {
  return (await call(url, "POST", "/simulator/control", { headers, body: JSON.stringify(order) })).status;
}

test("the page needs no password, and cannot be shown within another one", async (t) => {
  const page = await call((await device(t)).url, "GET", "/simulator", { headers: {} });
  assert.match(page.text, /<title>The computer behind/);
  assert.equal(page.header("X-Frame-Options"), "DENY");
});

test("its state has the screen, what is typed, drive, relays and ports", async (t) => {
  const images = { "a.iso": 100 };
  const simulator = await device(t, { power: true, images, relayBoard: true, switchUnits: 1 });
  const { url, state } = simulator;
  for (const path of ["msd/set_params?image=a.iso", "msd/set_connected?connected=1", "switch/set_active?port=2", "gpio/switch?channel=relay1&state=1&wait=1"]) await call(url, "POST", `/api/${path}`); // prettier-ignore
  await call(url, "POST", "/api/hid/print?limit=0", { body: "me" });
  state.switch.chain.settingsOf(0).name = "nas";
  await until(() => simulator.host.typed === "me" && state.switch.chain.active === 2);
  const page = await shown(simulator);
  assert.match((page["screen"] as string[]).join("\n"), /login: me$/);
  assert.deepEqual([page["leds"], page["typed"]], [{ power: true, hdd: false }, "me"]);
  assert.equal((page["drive"] as JsonObject)["image"], "a.iso");
  const [door, lamp] = page["relays"] as JsonObject[];
  assert.equal(door?.["label"], "Door");
  assert.deepEqual((lamp?.["channels"] as JsonObject[])[0], { type: "output", channel: "relay1", on: true });
  const ports = page["ports"] as JsonObject[];
  assert.deepEqual(ports[0], { name: "nas", on: false, active: false });
  assert.equal(ports[2]?.["active"], true);
});

test("its controls pull the plug, lose the signal, restart kvmd, change the certificate and break the network", async (t) => {
  const simulator = await device(t, { power: true, clock: scaledClock(10) });
  const { host, state, fingerprint } = simulator;

  assert.equal(await press(simulator, { control: "plug", on: false }), 204);
  await until(() => !host.power);
  await call(simulator.url, "POST", "/api/atx/click?button=power&wait=1");
  assert.deepEqual([host.power, host.presses.length, (await shown(simulator))["plugged"]], [false, 1, false]);
  await press(simulator, { control: "plug", on: true });
  await until(() => host.plugged);
  assert.equal(host.power, false);

  await press(simulator, { control: "signal", on: false });
  await until(() => state.streamer.source.signal === false);
  await press(simulator, { control: "signal", on: true });
  await until(() => state.streamer.source.signal === undefined);

  const restarted = await listen(t, simulator);
  await press(simulator, { control: "kvmd" });
  assert.equal(await restarted.closed, 1000);
  await until(() => simulator.running);

  await press(simulator, { control: "certificate" });
  await until(() => simulator.fingerprint !== fingerprint);

  const { closed } = await listen(t, simulator);
  await press(simulator, { control: "network", seconds: 5 });
  assert.equal(await closed, 1006);
  await until(() => simulator.outage === 0);
  assert.equal((await call(simulator.url, "GET", "/api/atx")).status, 200);
});

test("while the network is broken, only the page is in reach", async (t) => {
  const simulator = await device(t);
  simulator.breakNetwork(60_000);
  await assert.rejects(call(simulator.url, "GET", "/api/atx"), { code: "ECONNRESET" });
  assert.ok(((await shown(simulator))["device"] as { outage: number }).outage > 0);
  simulator.breakNetwork(1);
  await until(() => simulator.outage === 0);
  await listen(t, simulator);
});

test("another page in the same browser cannot press the controls, and nonsense does nothing", async (t) => {
  const simulator = await device(t, { power: true });
  const pull = { control: "plug", on: false };
  assert.equal(await press(simulator, pull, { ...JSON_TYPE, Origin: "https://elsewhere.example" }), 403);
  assert.equal(await press(simulator, pull, { "Content-Type": "text/plain" }), 415);
  assert.equal((await call(simulator.url, "GET", "/simulator/control")).status, 405);
  for (const order of [{ control: "explode" }, { control: "plug" }, { control: "network", seconds: -1 }, []])
    assert.equal(await press(simulator, order), 400);
  assert.equal(simulator.host.power, true);
  assert.equal(await press(simulator, pull, { ...JSON_TYPE, Origin: simulator.url }), 204);
  await until(() => !simulator.host.power);
  const plain = await device(t, { tls: false });
  assert.equal(await press(plain, { control: "certificate" }), 400);
});
