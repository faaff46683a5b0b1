import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "../harness/until";
import { bench, failure, SECRETS } from "./kit";

const presses = (events: readonly { key: string; state: boolean }[], wanted: string): number =>
  events.filter(({ key, state }) => key === wanted && state).length;

describe("keyboard", { concurrency: true }, () => {
  test("types a text, and Enter if asked, which is not counted", async (t) => {
    const { sim, kvm } = await bench(t);
    assert.equal(await kvm.keyboard.typeText(SECRETS.text, { enter: true }), SECRETS.text.length);
    await until(() => sim.host.typed === `${SECRETS.text}\n`);
  });

  test("switches Caps Lock off first, only if it is on", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.hid.press("CapsLock");
    await until(async () => (await kvm.hid.getState()).keyboard.leds.caps, { what: "the LED" });
    await Promise.all(["a", "b"].map((text) => kvm.keyboard.typeText(text, { capsLockOff: true })));
    await until(() => sim.host.typed === "ab");
    assert.equal(presses(sim.host.keyEvents, "CapsLock"), 2);
  });

  test("types nothing when Caps Lock stays on", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.hid.press("CapsLock");
    await until(async () => (await kvm.hid.getState()).keyboard.leds.caps, { what: "the LED" });
    sim.host.keyboard.ignoresLocks = true;
    const failed = kvm.keyboard.typeText(SECRETS.text, { capsLockOff: true });
    await failure(failed, { name: "WaitTimeoutError", message: /nothing was typed/ });
    assert.equal(sim.host.typed, "");
  });
});
