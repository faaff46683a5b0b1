import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "../harness/until";
import { bench, failure, SECRETS, SIDE_BY_SIDE } from "./kit";

const presses = (events: readonly { key: string; state: boolean }[], wanted: string): number =>
  events.filter(({ key, state }) => key === wanted && state).length;

describe("keyboard", SIDE_BY_SIDE, () => {
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

  test("keeps its order among keys, shortcuts and other texts, also while it looks first", async (t) => {
    const { sim, kvm } = await bench(t);
    const [first, second] = ["a".repeat(300), "b".repeat(20)];
    await Promise.all([
      kvm.keyboard.typeText(first),
      kvm.keyboard.typeText(second, { capsLockOff: true }),
      kvm.hid.press("Enter"),
      kvm.keyboard.typeText("c", { enter: true, capsLockOff: true }),
      kvm.hid.sendShortcut(["ShiftLeft", "KeyD"]),
      kvm.hid.typeText("e"),
    ]);
    await until(() => sim.host.typed.endsWith("e"));
    assert.equal(sim.host.typed, `${first}${second}\nc\nDe`);
  });

  test("lets nobody type between Caps Lock and the text", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.hid.press("CapsLock");
    await until(async () => (await kvm.hid.getState()).keyboard.leds.caps, { what: "the LED" });
    await Promise.all([kvm.keyboard.typeText("a", { capsLockOff: true }), kvm.hid.typeText("b")]);
    await until(() => sim.host.typed.length === 2);
    assert.equal(sim.host.typed, "ab");
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
