import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";

import WebSocket from "ws";

import { type Fault, manualClock } from "../../src/simulator";
import { ADMIN, call, device, listen, until } from "./device";

const CLICK = "/api/atx/click?button=power";

test("before: the answer goes wrong and nothing was done; after: it was done", async (t) => {
  const { url, host, faults } = await device(t);
  const kinds: Fault[] = [{ kind: "reset" }, { kind: "garbage" }, { kind: "status", code: 500 }, { kind: "html" }];
  for (const fault of kinds) {
    faults.add({ ...fault, times: 1 });
    await call(url, "POST", CLICK).catch(() => undefined);
  }
  assert.equal(host.presses.length, 0);
  faults.add({ kind: "reset", path: "/api/atx/click", after: true });
  await assert.rejects(call(url, "POST", CLICK), { code: "ECONNRESET" });
  assert.equal(host.presses.length, 1);
});

test("each kind looks as named", async (t) => {
  const { url, faults } = await device(t);
  const get = async (fault: Fault): Promise<string> => {
    faults.clear();
    faults.add(fault);
    const answer = await call(url, "GET", "/api/atx").catch(
      (error: unknown) => (error as NodeJS.ErrnoException).code ?? "?",
    ); // node's errors
    return typeof answer === "string"
      ? answer
      : `${answer.status} ${answer.header("Content-Type") ?? ""} ${answer.text.slice(0, 15)}`;
  };
  assert.equal(await get({ kind: "reset" }), "ECONNRESET");
  assert.equal(await get({ kind: "cut" }), "ECONNRESET");
  assert.equal(await get({ kind: "garbage" }), "HPE_INVALID_CONSTANT");
  assert.equal(await get({ kind: "status", code: 418, body: "tea" }), "418 application/json; charset=utf-8 tea");
  assert.equal(await get({ kind: "not-ok" }), '200 application/json; charset=utf-8 {\n    "ok": fal');
  assert.equal(await get({ kind: "proxy-error", code: 504 }), "504 text/html; charset=utf-8 <html>\r\n<head><");
  assert.equal(await get({ kind: "html" }), "200 text/html; charset=utf-8 <!DOCTYPE html>");
  assert.equal(await get({ kind: "truncated" }), '200 application/json; charset=utf-8 {\n    "ok": tru');
  assert.equal(
    await get({ kind: "redirect", location: "https://example.org/" }),
    "302 text/html; charset=utf-8 <html>\r\n<head><",
  );
});

test("strikes only what it is told to, as often as told, and can be taken back", async (t) => {
  const { url, faults } = await device(t);
  const twice = faults.add({ kind: "status", code: 500, method: "get", path: /^\/api\/atx\?x=/, times: 2 });
  const statuses: number[] = [];
  for (const path of ["/api/atx", "/api/atx?x=1", "/api/atx?x=2", "/api/atx?x=3"])
    statuses.push((await call(url, "GET", path)).status);
  assert.deepEqual(statuses, [200, 500, 500, 200]);
  assert.equal(twice.hits, 2);
  const always = faults.add({ kind: "status", code: 500 });
  assert.equal((await call(url, "GET", "/api/hid")).status, 500);
  always.remove();
  assert.equal((await call(url, "GET", "/api/hid")).status, 200);
});

test("a delay passes on the simulator's clock, and a hanging request ends with the simulator", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock });
  simulator.faults.add({ kind: "delay", ms: 60_000, times: 1 });
  let answered = false;
  const slow = call(simulator.url, "GET", "/api/atx").then(() => (answered = true));
  await until(() => simulator.requests.length === 1);
  await clock.advance(59_000);
  assert.equal(answered, false);
  await clock.advance(1000);
  await slow;
  simulator.faults.add({ kind: "hang" });
  const hanging = assert.rejects(call(simulator.url, "GET", "/api/atx"), { code: "ECONNRESET" });
  await until(() => simulator.requests.length === 2);
  await simulator.close();
  await hanging;
});

test("a simulator that has reset a connection can be closed", async (t) => {
  const simulator = await device(t);
  simulator.faults.add({ kind: "reset" });
  await assert.rejects(call(simulator.url, "GET", "/api/atx"), { code: "ECONNRESET" });
  await simulator.close();
});

test("a slow network carries so many bytes per second", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock });
  simulator.faults.add({ kind: "slow", bytesPerSecond: 100 });
  let done = false;
  const reading = call(simulator.url, "GET", "/api/atx").then(() => (done = true));
  await until(() => simulator.requests[0]?.status === 200);
  await clock.advance(2000);
  assert.equal(done, false);
  await clock.advance(2000);
  await reading;
});

test("a half-open socket is accepted and then silent", async (t) => {
  const simulator = await device(t);
  simulator.faults.add({ kind: "half-open" });
  const socket = new WebSocket(`${simulator.url.replace("http", "ws")}/api/ws`, {
    rejectUnauthorized: false,
    headers: ADMIN,
  });
  t.after(() => socket.terminate());
  let heard = 0;
  socket.on("message", () => (heard += 1));
  socket.on("pong", () => (heard += 1));
  await once(socket, "open");
  socket.ping();
  assert.equal((await call(simulator.url, "GET", "/api/atx")).status, 200);
  assert.equal(heard, 0);
  assert.equal(simulator.sessions, 0);
});

for (const kind of ["hang", "half-open"] as const)
  test(`a handshake of kind ${kind} goes when the client closes its end`, async (t) => {
    const simulator = await device(t, { tls: false });
    simulator.faults.add({ kind });
    const client = connect({ port: simulator.port, host: "127.0.0.1", allowHalfOpen: true });
    t.after(() => client.destroy());
    const headers = Object.entries({ ...ADMIN, Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Key": "x" });
    const lines = ["GET /api/ws HTTP/1.1", "Host: x", ...headers.map(([name, value]) => `${name}: ${value}`)];
    client.write(`${lines.join("\r\n")}\r\n\r\n`);
    await until(() => simulator.requests.length === 1);
    assert.equal(simulator.connections, 1);
    client.end();
    await until(() => simulator.connections === 0);
  });

test("a WebSocket breaks after so many messages, or is refused", async (t) => {
  const simulator = await device(t);
  const open = async (): Promise<{ code: number; messages: number }> => {
    const socket = new WebSocket(`${simulator.url.replace("http", "ws")}/api/ws`, {
      rejectUnauthorized: false,
      headers: ADMIN,
    });
    let messages = 0;
    socket.on("message", () => (messages += 1));
    socket.on("error", () => undefined);
    const code = await new Promise<number>((resolve) => socket.on("close", resolve));
    return { code, messages };
  };
  simulator.faults.add({ kind: "break", messages: 3, times: 1 });
  assert.deepEqual(await open(), { code: 1006, messages: 3 });
  simulator.faults.add({ kind: "status", code: 503, path: "/api/ws" });
  assert.deepEqual(await open(), { code: 1006, messages: 0 });
  assert.equal(simulator.requests.at(-1)?.status, 503);
});

test("cutting the sessions is a 1006 for every client", async (t) => {
  const simulator = await device(t);
  const { closed } = await listen(t, simulator);
  simulator.dropSessions();
  assert.equal(await closed, 1006);
});
