import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Simulator } from "../../src/simulator";
import { until } from "../harness/until";
import { bench, failure, SECRETS, SIDE_BY_SIDE } from "./kit";

const presses = (events: readonly { key: string; state: boolean }[], wanted: string): number =>
  events.filter(({ key, state }) => key === wanted && state).length;

/** The queries with which this was called, in order. */
const asked = (sim: Simulator, path: string) =>
  sim.requests.filter((request) => request.path === path).map(({ query }) => query);
/** Whether keyboard and mouse were to be plugged in, each time that this was said. */
const plugged = (sim: Simulator) => asked(sim, "/api/hid/set_connected").map(({ connected }) => connected);

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

  test("lets go of everything", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.hid.sendKey("KeyA", true);
    await until(() => presses(sim.host.keyEvents, "KeyA") === 1);
    await kvm.keyboard.reset();
    await until(() => sim.host.keyEvents.some(({ key, state }) => key === "KeyA" && !state));
  });

  test("switches the mouse jiggler on and off, and says where there is none", async (t) => {
    const { sim, kvm } = await bench(t);
    const { jiggler } = sim.state.hid;
    await kvm.keyboard.setJiggler(true);
    assert.equal(jiggler.active, true);
    await kvm.keyboard.setJiggler(false);
    assert.equal(jiggler.active, false);
    jiggler.enabled = false;
    await failure(kvm.keyboard.setJiggler(true), { name: "PiKVMError", code: "NOT_SUPPORTED" });
    assert.equal(asked(sim, "/api/hid/set_params").length, 2);
  });

  test("is unplugged and plugged in again, in a turn of its own", async (t) => {
    const { sim, kvm } = await bench(t);
    sim.state.hid.connected = true;
    await Promise.all([kvm.keyboard.reconnect(), kvm.hid.typeText("a")]);
    await until(() => sim.host.typed === "a");
    const order = sim.requests.map(({ path }) => path).filter((path) => /set_connected|print/.test(path));
    assert.deepEqual(order, ["/api/hid/set_connected", "/api/hid/set_connected", "/api/hid/print"]);
    assert.deepEqual(plugged(sim), ["0", "1"]);
  });

  test("is plugged in again when that is cancelled", async (t) => {
    const { sim, kvm } = await bench(t);
    sim.state.hid.connected = true;
    const cancel = new AbortController();
    const reconnected = kvm.keyboard.reconnect({ signal: cancel.signal });
    await until(() => plugged(sim).length === 1);
    cancel.abort();
    await failure(reconnected, { name: "CancelledError" });
    await until(() => plugged(sim).length === 2);
    assert.equal(sim.state.hid.connected, true);
  });

  test("is not unplugged by a board that cannot", async (t) => {
    const { sim, kvm } = await bench(t);
    await failure(kvm.keyboard.reconnect(), { name: "PiKVMError", code: "NOT_SUPPORTED" });
    assert.deepEqual(plugged(sim), []);
  });
});
