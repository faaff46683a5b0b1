import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { test } from "node:test";

import { manualClock, startSimulator } from "../../src/simulator";
import type { JsonObject } from "../../src/simulator/api/python";
import type { GpioChannels } from "../../src/simulator/gpio/gpio-model";
import { ADMIN, call, device, listen, until } from "./device";

const CLI = resolve(__dirname, "../../src/simulator/cli.js");

test("a restart closes sockets with 1000, answers 502 meanwhile, and forgets cookies", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock });
  const { url } = simulator;
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const login = await call(url, "POST", "/api/auth/login", { headers, body: "user=admin&passwd=admin" });
  const cookie = { Cookie: login.header("Set-Cookie")?.split(";")[0] ?? "" };
  assert.equal((await call(url, "GET", "/api/auth/check", { headers: cookie })).status, 200);
  const { closed } = await listen(t, simulator);
  const inFlight = call(url, "POST", "/api/atx/click?button=power_long&wait=1");
  await until(() => simulator.host.presses.length === 1);

  const restarted = simulator.restart({ downFor: 1000 });
  assert.equal(await closed, 1000);
  assert.equal((await inFlight).status, 502);
  assert.equal((await call(url, "GET", "/api/atx")).status, 502);
  assert.equal((await call(url, "GET", "/")).status, 500);
  await clock.advance(1000);
  await restarted;
  assert.equal((await call(url, "GET", "/api/auth/check", { headers: cookie })).status, 403);
  assert.equal((await call(url, "GET", "/api/auth/check")).status, 200);
});

test("a restart forgets the selected image but leaves a connected one connected", async (t) => {
  const simulator = await device(t, { images: { "a.iso": 100 } });
  const { url, state } = simulator;
  await call(url, "POST", "/api/msd/set_params?image=a.iso");
  await simulator.restart();
  assert.equal(state.msd.drive.image, null);
  await call(url, "POST", "/api/msd/set_params?image=a.iso");
  await call(url, "POST", "/api/msd/set_connected?connected=1");
  await simulator.restart();
  assert.deepEqual(state.msd.drive, { image: "a.iso", connected: true, cdrom: true, rw: false });
});

test("nginx gives up after a minute of silence, and kvmd finishes all the same", async (t) => {
  const clock = manualClock();
  const { url, host, requests } = await device(t, { clock });
  const keys = Array.from({ length: 1300 }, () => "F5").join(",");
  const answer = call(url, "POST", `/api/hid/events/send_shortcut?keys=${keys}`);
  await until(() => requests.length === 1 && requests[0]?.bodyLength === 0);
  for (let step = 0; step < 100 && host.keyEvents.length < 1; step += 1) await clock.advance(50);
  await clock.advance(60_000);
  assert.equal((await answer).status, 504);
  const before = host.keyEvents.length;
  await clock.advance(10_000);
  assert.ok(host.keyEvents.length > before);
});

test("killed, kvmd breaks its sockets and stays away until it is started again", async (t) => {
  const simulator = await device(t);
  const { closed } = await listen(t, simulator);
  simulator.kill();
  assert.equal(await closed, 1006);
  assert.equal((await call(simulator.url, "GET", "/api/atx")).status, 502);
  await simulator.restart();
  assert.equal((await call(simulator.url, "GET", "/api/atx")).status, 200);
});

test("unplugged, nobody listens; plugged in, it is the same address again", async (t) => {
  const simulator = await device(t);
  const { url } = simulator;
  await simulator.unplug();
  await assert.rejects(call(url, "GET", "/api/atx"), { code: "ECONNREFUSED" });
  await simulator.plugIn();
  assert.equal((await call(url, "GET", "/api/atx")).status, 200);
});

test("sessions expire, and logout ends all of the user's", async (t) => {
  const clock = manualClock();
  const { url } = await device(t, { clock });
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const login = async (expire: number): Promise<Record<string, string>> => {
    const answer = await call(url, "POST", "/api/auth/login", {
      headers,
      body: `user=admin&passwd=admin&expire=${expire}`,
    });
    return { Cookie: answer.header("Set-Cookie")?.split(";")[0] ?? "" };
  };
  const check = async (cookie: Record<string, string>): Promise<number> => (await call(url, "GET", "/api/auth/check", { headers: cookie })).status; // prettier-ignore
  const [short, long, other] = [await login(3), await login(0), await login(0)];
  await clock.advance(2999);
  assert.equal(await check(short), 200);
  await clock.advance(1);
  assert.equal(await check(short), 403);
  assert.equal((await call(url, "POST", "/api/auth/logout", { headers: long })).status, 200);
  assert.equal(await check(other), 403);
});

test("counts connections and keeps the requests with what they carried", async (t) => {
  const simulator = await device(t);
  await call(simulator.url, "POST", "/api/hid/print?limit=0&limit=5", { body: "abc" });
  const { method, path, query, bodyLength, status, headers } = simulator.requests[0] ?? assert.fail();
  assert.deepEqual({ method, path, query, bodyLength, status }, { method: "POST", path: "/api/hid/print", query: { limit: "0" }, bodyLength: 3, status: 200 }); // prettier-ignore
  assert.equal(headers["x-kvmd-user"], ADMIN["X-KVMD-User"]);
  await until(() => simulator.connections === 0);
});

test("tells what was carried out, also where the answer is lost, and how much it works on", async (t) => {
  const simulator = await device(t);
  const faults = [{ kind: "reset", after: true } as const, { kind: "reset" } as const];
  for (const fault of faults) simulator.faults.add({ ...fault, times: 1 });
  const type = () => call(simulator.url, "POST", "/api/hid/print", { body: "a" });
  for (let lost = 0; lost < faults.length; lost += 1) await assert.rejects(type());
  assert.equal((await call(simulator.url, "POST", "/api/atx/click?button=none")).status, 400);
  const press = call(simulator.url, "POST", "/api/atx/click?button=power&wait=1");
  await until(() => simulator.working === 1);
  await press;
  assert.equal(simulator.working, 0);
  assert.deepEqual(simulator.requests.map(({ done }) => done), [true, false, false, true]); // prettier-ignore
});

test("serves below a sub-path, and without TLS", async (t) => {
  const simulator = await device(t, { tls: false, subPath: "/kvm1" });
  assert.match(simulator.url, /^http:\/\/127\.0\.0\.1:\d+\/kvm1$/);
  assert.equal((await call(simulator.url, "GET", "/api/atx")).status, 200);
  assert.equal((await call(simulator.url.replace("/kvm1", ""), "GET", "/api/atx")).status, 404);
  await listen(t, simulator);
});

test("closing ends everything, also when it is closed twice", async () => {
  const simulator = await startSimulator({ redirectPort: 0 });
  await simulator.close();
  await simulator.close();
  await assert.rejects(call(simulator.url, "GET", "/api/atx"), { code: "ECONNREFUSED" });
});

test("the command starts, says where it is, and ends with 0 on SIGTERM", async () => {
  const command = spawn(process.execPath, [CLI, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const [greeting] = (await once(command.stdout, "data")) as [Buffer]; // a stream without an encoding
  assert.match(greeting.toString(), /listens on https:\/\/127\.0\.0\.1:\d+/);
  command.kill("SIGTERM");
  const [code] = (await once(command, "exit")) as [number | null]; // node's event
  assert.equal(code, 0);
});

test("the command attaches a relay board and Switch units", async (t) => {
  const command = spawn(process.execPath, [CLI, "--port", "0", "--http", "--gpio", "--switch", "2"], { stdio: ["ignore", "pipe", "inherit"] }); // prettier-ignore
  t.after(() => command.kill());
  const [greeting] = (await once(command.stdout, "data")) as [Buffer]; // a stream without an encoding
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(greeting.toString())?.[0] ?? assert.fail();
  const { model, state } = (await call(url, "GET", "/api/gpio")).result as Record<"model" | "state", JsonObject>; // the device's shape
  const { inputs, outputs } = state as unknown as GpioChannels; // likewise
  assert.deepEqual([Object.keys(inputs), Object.keys(outputs)], [["contact", "door"], ["__v3_usb_breaker__", "bell", "relay1", "relay2", "reset"]]); // prettier-ignore
  const rows = (model.view as { table: (JsonObject[] | null)[] }).table;
  const shown = rows.map((row) => row?.map(({ text, channel }) => (text ?? channel) as string).join(" ")); // both are texts
  assert.deepEqual(shown, ["Door door", undefined, "Lamp Click contact", "Server Power", "Bell Ring", "Reset Reset"]);
  assert.equal((await call(url, "POST", "/api/gpio/pulse?channel=bell&delay=0.1&wait=1")).status, 200);
  assert.equal((await call(url, "POST", "/api/gpio/switch?channel=bell&state=1")).status, 400);
  const ports = ((await call(url, "GET", "/api/switch")).result.model as { ports: unknown[] }).ports;
  assert.equal(ports.length, 8);
});

test("a taken port is one line and exit code 1", async (t) => {
  const { port } = await device(t);
  const command = spawn(process.execPath, [CLI, "--port", String(port)], { stdio: ["ignore", "ignore", "pipe"] });
  let complaint = "";
  command.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  const [code] = (await once(command, "close")) as [number | null]; // node's event
  assert.equal(code, 1);
  assert.equal(complaint, `pikvm-simulator: 127.0.0.1:${port} is already in use; choose another with --port\n`);
});
