import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MouseButton } from "../../src/client";
import { bench, failure, SIDE_BY_SIDE } from "./kit";

describe("the mouse", SIDE_BY_SIDE, () => {
  test("each event is the device's call", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.hid.sendMouseMove(-32_768, 32_767);
    await kvm.hid.sendMouseButton("left", true);
    await kvm.hid.sendMouseButton("left", false);
    await kvm.hid.sendMouseButton("up");
    await kvm.hid.sendMouseWheel(0, -127);
    await kvm.hid.sendMouseRelative(127, -5);
    assert.deepEqual(
      sim.requests
        .filter(({ method }) => method === "POST")
        .map(({ path, query }) => ({ [path.replace("/api/hid/events/send_mouse_", "")]: query })),
      [
        { move: { to_x: "-32768", to_y: "32767" } },
        { button: { button: "left", state: "1" } },
        { button: { button: "left", state: "0" } },
        { button: { button: "up" } },
        { wheel: { delta_x: "0", delta_y: "-127" } },
        { relative: { delta_x: "127", delta_y: "-5" } },
      ],
    );
  });

  test("what the device would clamp is refused before anything is sent", async (t) => {
    const { sim, kvm } = await bench(t);
    const expected = { name: "ConfigurationError" };
    for (const [x, y] of [
      [32_768, 0],
      [0, -32_769],
      [0.5, 0],
      [NaN, 0],
    ] as const)
      await failure(kvm.hid.sendMouseMove(x, y), expected);
    for (const [x, y] of [
      [128, 0],
      [0, -128],
      [0, 1.5],
    ] as const) {
      await failure(kvm.hid.sendMouseRelative(x, y), expected);
      await failure(kvm.hid.sendMouseWheel(x, y), expected);
    }
    const button = "wheel" as MouseButton; // as a caller without types may
    await failure(kvm.hid.sendMouseButton(button), { ...expected, message: /Expected one of: left, right/ });
    assert.equal(sim.requests.length, 0);
  });

  test("keyboard and mouse are plugged in and pulled", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.hid.setConnected(false);
    await kvm.hid.setConnected(true);
    assert.deepEqual(
      sim.requests.map(({ path, query }) => [path, query]),
      [
        ["/api/hid/set_connected", { connected: "0" }],
        ["/api/hid/set_connected", { connected: "1" }],
      ],
    );
  });
});
