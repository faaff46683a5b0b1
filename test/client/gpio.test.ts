import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { scaledClock } from "../../src/simulator";
import { bench, failure, posts, SIDE_BY_SIDE } from "./kit";

describe("gpio", SIDE_BY_SIDE, () => {
  test("state: the device's channels, its menu, and what they read", async (t) => {
    const { sim, kvm } = await bench(t);
    sim.state.gpio.addInput("sensor", { state: true });
    sim.state.gpio.addOutput("relay", { pulse: { delay: 0.5, min: 0.1, max: 5 } });
    const { model, state } = await kvm.gpio.getState();
    assert.deepEqual(state.inputs["sensor"], { online: true, state: true });
    assert.deepEqual(state.outputs["relay"], { online: true, state: false, busy: false });
    assert.deepEqual(model.scheme.outputs["relay"]?.pulse, { delay: 0.5, min_delay: 0.1, max_delay: 5 });
    assert.deepEqual(model.view.header.title, [{ type: "label", text: "GPIO" }]);
  });

  test("switch: at once, or when it is over", async (t) => {
    const { sim, kvm } = await bench(t);
    sim.state.gpio.addOutput("relay");
    await kvm.gpio.switch("relay", true, { wait: true });
    assert.deepEqual((await kvm.gpio.getState()).state.outputs["relay"], { online: true, state: true, busy: false });
    await kvm.gpio.switch("relay", false);
    assert.equal((await kvm.gpio.getState()).state.outputs["relay"]?.busy, true);
    assert.deepEqual(
      sim.requests.filter(({ method }) => method === "POST").map(({ query }) => query),
      [
        { channel: "relay", state: "1", wait: "1" },
        { channel: "relay", state: "0", wait: "0" },
      ],
    );
  });

  test("pulse: with the channel's length, or another; waiting may take longer than an ordinary answer", async (t) => {
    const { sim, kvm } = await bench(t, {}, { timeout: 0.3 });
    sim.state.gpio.addOutput("bell", { pulse: { delay: 0.1, min: 0.1, max: 5 } });
    await kvm.gpio.pulse("bell", { wait: true });
    const start = performance.now();
    await kvm.gpio.pulse("bell", { delay: 0.4, wait: true });
    assert.ok(performance.now() - start >= 590);
    assert.deepEqual(sim.requests.at(-1)?.query, { channel: "bell", delay: "0.4", wait: "1" });
  });

  test("a busy channel is the device's refusal, or tried again for some time", async (t) => {
    // Busy for ten times as long, so that the second call finds it so on a busy computer too.
    const { sim, kvm } = await bench(t, { clock: scaledClock(0.1) });
    sim.state.gpio.addOutput("relay");
    await kvm.gpio.switch("relay", true);
    await failure(kvm.gpio.switch("relay", false), { name: "BusyError", error: "GpioChannelIsBusyError" });
    await kvm.gpio.switch("relay", false, { busyRetry: 30, wait: true });
    assert.equal((await kvm.gpio.getState()).state.outputs["relay"]?.state, false);
  });

  test("channels that cannot do it", async (t) => {
    const { sim, kvm } = await bench(t);
    sim.state.gpio.addInput("sensor");
    sim.state.gpio.addOutput("relay");
    sim.state.gpio.addOutput("bell", { switch: false, pulse: { delay: 0.1 } });
    const refused = { name: "APIError", statusCode: 400 };
    await failure(kvm.gpio.switch("none", true), { ...refused, error: "GpioChannelNotFoundError" });
    await failure(kvm.gpio.switch("sensor", true), { ...refused, error: "GpioChannelNotFoundError" });
    await failure(kvm.gpio.switch("bell", true), { ...refused, error: "GpioSwitchNotSupported" });
    await failure(kvm.gpio.pulse("relay"), { ...refused, error: "GpioPulseNotSupported" });
    sim.state.gpio.setOnline("relay", false);
    await failure(kvm.gpio.switch("relay", true, { wait: true }), { ...refused, error: "GpioDriverOfflineError" });
  });

  test("a delay that cannot be is refused before anything is sent", async (t) => {
    const { sim, kvm } = await bench(t);
    for (const delay of [-1, NaN, Infinity])
      await failure(kvm.gpio.pulse("bell", { delay }), { name: "ConfigurationError", message: /at least 0 s/ });
    assert.deepEqual(posts(sim), []);
  });
});
