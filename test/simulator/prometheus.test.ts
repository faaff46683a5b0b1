import assert from "node:assert/strict";
import { test } from "node:test";

import { manualClock } from "../../src/simulator";
import type { JsonObject } from "../../src/simulator/api/python";
import { call, device } from "./device";
import { exchange } from "../recordings/exchanges";

test("reports the gauges of the recorded device in its order", async (t) => {
  const { state, url } = await device(t);
  const gpio = (exchange("gpio-state").body_json as { result: JsonObject }).result; // the device's envelope
  Object.assign(state.gpio, { model: gpio.model, channels: gpio.state });

  const answer = await call(url, "GET", "/api/export/prometheus/metrics");

  const names = (page: string): string[] => page.split("\n").filter((line) => line.startsWith("# TYPE"));
  assert.deepEqual(names(answer.text), names(exchange("disabled-prometheus-nocreds").body_text ?? ""));
});

test("shows the metrics to everybody when the device is configured so", async (t) => {
  const { state, url } = await device(t);
  assert.equal((await call(url, "GET", "/api/export/prometheus/metrics", { headers: {} })).status, 401);
  state.prometheus.authRequired = false;
  assert.equal((await call(url, "GET", "/api/export/prometheus/metrics", { headers: {} })).status, 200);
});

test("gives the same answer for five seconds, then a fresh one", async (t) => {
  const clock = manualClock();
  const { host, url } = await device(t, { clock });
  const power = async (): Promise<string | undefined> =>
    /pikvm_atx_power (\d)/.exec((await call(url, "GET", "/api/export/prometheus/metrics")).text)?.[1];
  assert.equal(await power(), "0");
  host.power = true;
  await clock.advance(4999);
  assert.equal(await power(), "0");
  await clock.advance(1);
  assert.equal(await power(), "1");
});
