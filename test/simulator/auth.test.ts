import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";

import WebSocket from "ws";

import { manualClock, type ManualClock, type Simulator } from "../../src/simulator";
import { call, device, until } from "./device";

interface Login {
  readonly clock: ManualClock;
  readonly simulator: Simulator;
  readonly headers: { Cookie: string };
  /** The status of a check with the session's cookie. */
  readonly check: () => Promise<number>;
}

async function loggedIn(t: TestContext, fields: string, setUp: (simulator: Simulator) => void): Promise<Login> {
  const clock = manualClock();
  const simulator = await device(t, { clock });
  setUp(simulator);
  const answer = await call(simulator.url, "POST", "/api/auth/login", { headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: `user=admin&passwd=admin${fields}` }); // prettier-ignore
  const headers = { Cookie: answer.header("Set-Cookie")?.split(";")[0] ?? "" };
  const check = async () => (await call(simulator.url, "GET", "/api/auth/check", { headers })).status;
  return { clock, simulator, headers, check };
}

async function open(t: TestContext, { simulator, headers }: Login): Promise<WebSocket> {
  const socket = new WebSocket(`${simulator.url.replace(/^http/, "ws")}/api/ws?stream=0`, { rejectUnauthorized: false, headers }); // prettier-ignore
  t.after(() => socket.terminate());
  await once(socket, "open");
  return socket;
}

test("the device's limit is the longest that a session lives, whatever was asked for", async (t) => {
  for (const [fields, seconds] of [
    ["", 60],
    ["&expire=3600", 60],
    ["&expire=5", 5],
  ] as const) {
    const { clock, check } = await loggedIn(t, fields, ({ state }) => void (state.auth.limit = 60));
    await clock.advance(seconds * 1000 - 1);
    assert.equal(await check(), 200, fields);
    await clock.advance(1);
    assert.equal(await check(), 403, fields);
  }
});

test("with auth.extend an open WebSocket keeps its session, which starts anew when the last one closes", async (t) => {
  const login = await loggedIn(t, "&expire=10", ({ state }) => void (state.auth.extend = true));
  const { clock, simulator, check } = login;
  const [first, second] = [await open(t, login), await open(t, login)];
  await clock.advance(7_000);
  first.close();
  await until(() => simulator.sessions === 1);
  await clock.advance(7_000);
  assert.equal(await check(), 200);
  second.close();
  await until(() => simulator.sessions === 0);
  await clock.advance(9_999);
  assert.equal(await check(), 200);
  await clock.advance(1);
  assert.equal(await check(), 403);
});

test("without it a WebSocket outlives its session", async (t) => {
  const login = await loggedIn(t, "&expire=10", () => undefined);
  await open(t, login);
  await login.clock.advance(10_000);
  assert.equal(await login.check(), 403);
  assert.equal(login.simulator.sessions, 1);
});
