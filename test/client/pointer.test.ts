import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PiKVM } from "../../src/client";
import type { Simulator } from "../../src/simulator";
import { FaultProxy } from "../faults/fault-proxy";
import { until } from "../harness/until";
import { bench, client, failure, SIDE_BY_SIDE } from "./kit";

/** What arrived at the computer, without times: `down left`, `move 0 0`, `wheel 0 -5`. */
const arrived = ({ host }: Simulator): string[] =>
  host.mouse.events.map((event) =>
    event.kind === "button" ? `${event.state ? "down" : "up"} ${event.button}` : `${event.kind} ${event.x} ${event.y}`,
  );

async function arrives(sim: Simulator, expected: string[]): Promise<void> {
  await until(() => arrived(sim).length >= expected.length, { what: `${expected.length} events` });
  assert.deepEqual(arrived(sim), expected);
}

async function makeRelative(sim: Simulator, kvm: PiKVM): Promise<void> {
  await kvm.hid.setParams({ mouseOutput: "usb_rel" });
  await until(async () => !(await kvm.hid.getState()).mouse.absolute, { what: "a relative mouse" });
  assert.equal(sim.host.mouse.buttons.size, 0);
}

describe("pointer", SIDE_BY_SIDE, () => {
  test("moves to the corners in every unit", async (t) => {
    const { sim, kvm } = await bench(t, { power: true });
    await kvm.pointer.move({ x: 0, y: 100 });
    await kvm.pointer.move({ x: 1279, y: 0, unit: "pixels" });
    await kvm.pointer.move({ x: -5, y: 17, unit: "device" });
    await arrives(sim, ["move -32768 32767", "move 32767 -32768", "move -5 17"]);
  });

  test("clicks as often as asked, at a point or where it is", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.pointer.click({ at: { x: 0, y: 0 }, hold: 0.01 });
    await kvm.pointer.click({ button: "right", count: 2, interval: 0.01, hold: 0.01 });
    const twice = ["down right", "up right", "down right", "up right"];
    await arrives(sim, ["move -32768 -32768", "down left", "up left", ...twice]);
  });

  test("holds a button until it is released, at points", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.pointer.press("middle", { at: { x: 0, y: 0 } });
    await kvm.pointer.release("middle", { at: { x: 100, y: 100 } });
    await arrives(sim, ["move -32768 -32768", "down middle", "move 32767 32767", "up middle"]);
  });

  test("nothing comes between the point and the press, nor between two moves", async (t) => {
    const { sim, kvm } = await bench(t, { power: true });
    const at = (x: number) => ({ x, y: x, unit: "device" }) as const;
    await Promise.all([
      kvm.pointer.press("left", { at: at(111) }),
      kvm.pointer.move(at(999)),
      kvm.hid.sendMouseMove(1000, 1000),
      kvm.pointer.release("left", { at: at(1001) }),
      kvm.pointer.scroll(0, 200),
      kvm.hid.sendMouseWheel(1, 0),
    ]);
    const buttons = ["move 111 111", "down left", "move 999 999", "move 1000 1000", "move 1001 1001", "up left"];
    await arrives(sim, [...buttons, "wheel 0 127", "wheel 0 73", "wheel 1 0"]);
  });

  test("a click that the device has perhaps not read is an error: its outcome is unknown", async (t) => {
    const { sim } = await bench(t);
    const proxy = new FaultProxy(sim.port);
    await proxy.listen();
    const kvm = await client(t, { address: proxy.url, timeout: 2 });
    t.after(() => proxy.close());
    const events = kvm.events();
    await kvm.pointer.click();
    // From now on the network is silent, without an end.
    const strike = { kind: "cut", of: "request", at: "head", part: 0, how: "hang" } as const;
    proxy.begin({ strike, among: "frames", after: 0 });
    await failure(kvm.pointer.click(), { name: "WebSocketError", outcome: "unknown" });
    assert.deepEqual(arrived(sim), ["down left", "up left"]);
    await events.close();
  });

  test("drags in steps; a drag that is cancelled lets the button go", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.pointer.drag({ x: 0, y: 0 }, { x: 100, y: 100 }, { steps: 2, duration: 0.02 });
    const way = ["move -32768 -32768", "down left", "move 0 0", "move 32767 32767", "up left"];
    await arrives(sim, way);
    const cancel = new AbortController();
    const endless = kvm.pointer.drag({ x: 0, y: 0 }, { x: 1, y: 1 }, { duration: 600, signal: cancel.signal });
    await until(() => sim.host.mouse.buttons.has("left"));
    cancel.abort();
    await failure(endless, { name: "CancelledError", outcome: "unknown" });
    await until(() => sim.host.mouse.buttons.size === 0);
  });

  test("a click or a drag that was begun when the connection breaks must not be tried again", async (t) => {
    const { sim, kvm } = await bench(t);
    const begun = [
      () => kvm.pointer.click({ hold: 20 }),
      () => kvm.pointer.click({ count: 2, hold: 0, interval: 10 }),
      () => kvm.pointer.drag({ x: 0, y: 0 }, { x: 1, y: 1 }, { duration: 60 }),
    ];
    for (const work of begun) {
      sim.host.mouse.forget();
      const broken = failure(work(), { name: "WebSocketError", outcome: "unknown", retryable: false });
      await until(() => arrived(sim).includes("down left"));
      sim.dropSessions();
      await broken;
    }
  });

  test("turns the wheel by more than the device takes at once", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.pointer.scroll(130, -300);
    await arrives(sim, ["wheel 127 -127", "wheel 3 -127", "wheel 0 -46"]);
  });

  test("pushes a relative mouse, which cannot be put anywhere", async (t) => {
    const { sim, kvm } = await bench(t);
    await failure(kvm.pointer.push(1, 1), { name: "ConfigurationError", message: /absolute now/ });
    await makeRelative(sim, kvm);
    await kvm.pointer.push(200, 0);
    await arrives(sim, ["relative 127 0", "relative 73 0"]);
    await failure(kvm.pointer.move({ x: 1, y: 1 }), { name: "ConfigurationError", message: /relative now/ });
  });

  test("pixels for a relative mouse are refused without starting the video", async (t) => {
    const { sim, kvm } = await bench(t);
    await makeRelative(sim, kvm);
    const at = { x: 1, y: 1, unit: "pixels" } as const;
    const refused = { name: "ConfigurationError", message: /relative now/ };
    await failure(kvm.pointer.move(at), refused);
    await failure(kvm.pointer.click({ at }), refused);
    assert.equal(sim.sessionsOpened, 0);
  });

  test("what is out of range is refused before anything is sent", async (t) => {
    const { sim, kvm } = await bench(t);
    const refused = { name: "ConfigurationError" };
    await failure(kvm.pointer.move({ x: 101, y: 0 }), refused);
    await failure(kvm.pointer.move({ x: 0.5, y: 0, unit: "device" }), refused);
    await failure(kvm.pointer.click({ count: 11 }), refused);
    await failure(kvm.pointer.drag({ x: 0, y: 0 }, { x: 1, y: 1 }, { steps: 0 }), refused);
    await failure(kvm.pointer.scroll(0, 1.5), refused);
    await failure(kvm.pointer.scroll(0, 0), refused);
    await failure(kvm.pointer.push(0, 0), refused);
    assert.deepEqual(sim.requests, []);
  });
});
