import assert from "node:assert/strict";
import { test } from "node:test";
import { device } from "./device";

// Changes the host and the device, as mildly as each part can be changed.

test("power: the host is on afterwards", async (t) => {
  const kvm = await device(t);
  const { state } = await kvm.power.ensureOn({ wait: "led", timeout: 60 });
  assert.equal(state?.leds.power, true);
});

test("typing: Caps Lock goes on and off again", async (t) => {
  const kvm = await device(t);
  const before = await capsLock(kvm);
  for (const expected of [!before, before]) {
    await kvm.hid.press("CapsLock");
    const deadline = Date.now() + 10_000;
    while ((await capsLock(kvm)) !== expected && Date.now() < deadline);
    assert.equal(await capsLock(kvm), expected);
  }
});

test("mouse: the pointer goes to the middle", async (t) => {
  const kvm = await device(t);
  const { mouse } = await kvm.hid.getState();
  if (mouse.absolute) await kvm.hid.sendMouseMove(0, 0);
  else t.skip("the mouse is relative");
});

test("drive: its kind is changed and changed back", async (t) => {
  const kvm = await device(t);
  const { drive } = await kvm.msd.getState();
  if (drive === null || drive.connected) {
    t.skip("the drive is absent or in use");
    return;
  }
  try {
    await kvm.msd.setParams({ cdrom: !drive.cdrom });
    assert.equal((await kvm.msd.getState()).drive?.cdrom, !drive.cdrom);
  } finally {
    await kvm.msd.setParams({ cdrom: drive.cdrom, rw: drive.rw });
  }
});

test("relays: the one of PIKVM_LIVE_RELAY is switched and switched back", async (t) => {
  const kvm = await device(t);
  const name = process.env["PIKVM_LIVE_RELAY"] ?? "";
  if (name === "") {
    t.skip("PIKVM_LIVE_RELAY is not set");
    return;
  }
  const { state } = await kvm.relays.read(name);
  for (const wanted of [!state.state, state.state])
    assert.equal((await kvm.relays.switch(name, wanted)).state.state, wanted);
});

// Not among what reads: a device may count refused logins, and lock the user out after some.
test("a wrong password is refused", async (t) => {
  const kvm = await device(t, { password: "surely-not-the-password" });
  await assert.rejects(kvm.auth.check(), { name: "AuthError" });
});

async function capsLock({ hid }: Awaited<ReturnType<typeof device>>): Promise<boolean> {
  return (await hid.getState()).keyboard.leds.caps;
}
