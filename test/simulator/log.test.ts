import assert from "node:assert/strict";
import { request as secureRequest } from "node:https";
import { type TestContext, test } from "node:test";

import { manualClock, type Simulator } from "../../src/simulator";
import { ADMIN, call, device, until } from "./device";

const NOW = Date.UTC(2026, 10, 22, 7, 4, 5);

test("tells the whole boot, or the last seconds of it, in the journal's format", async (t) => {
  const clock = manualClock({ wall: NOW });
  const { url, state } = await device(t, { clock });
  await clock.advance(60_000);
  state.log.write("Something\nof two lines", "kvmd-otg");
  await clock.advance(5000);
  const read = async (query: string): Promise<string> => (await call(url, "GET", `/api/log${query}`)).text;
  const whole = await read("");
  assert.match(whole, /^\[2026-11-22 07:04:05 kvmd\.service\] --- kvmd\.apps\.kvmd\.server {13}INFO --- Starting KVMD 4\.197 \.\.\.\r\n/); // prettier-ignore
  assert.match(whole, /\r\n\[2026-11-22 07:05:05 kvmd-otg\.service\] --- Something\nof two lines\r\n/);
  assert.match(await read("?seek=5"), /^\[2026-11-22 07:05:05 kvmd-otg/);
  assert.match(await read("?seek=1"), /^\[2026-11-22 07:05:10 kvmd\.service\] --- kvmd\.apps\.kvmd\.auth .* Authorized user 'admin' via auth service 'htpasswd'\r\n$/s); // prettier-ignore
});

interface Following {
  text: string;
  over: boolean;
  leave(): void;
}

function follow(t: TestContext, { url }: Simulator): Following {
  const following: Following = { text: "", over: false, leave: () => request.destroy() };
  const request = secureRequest(`${url}/api/log?follow=1&seek=1`, { rejectUnauthorized: false, agent: false, headers: ADMIN }); // prettier-ignore
  request.on("response", (response) => {
    response.on("data", (chunk: Buffer) => (following.text += chunk.toString()));
    response.on("close", () => (following.over = true));
    response.on("error", () => undefined);
  });
  request.on("error", () => (following.over = true));
  request.end();
  t.after(() => request.destroy());
  return following;
}

test("follows: what comes later arrives within a second, until kvmd ends", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock });
  const following = follow(t, simulator);
  await until(() => following.text.includes("Authorized"));
  simulator.state.log.info("msd", "later");
  await clock.advance(999);
  assert.ok(!following.text.includes("later"));
  await clock.advance(1);
  await until(() => following.text.includes("--- later\r\n"));
  simulator.kill();
  await until(() => following.over);
});

test("a follower that leaves is forgotten", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock });
  const following = follow(t, simulator);
  await until(() => following.text !== "");
  following.leave();
  await until(() => simulator.connections === 0);
  await clock.advance(2000);
  assert.equal((await call(simulator.url, "GET", "/api/log?seek=1")).status, 200);
});
