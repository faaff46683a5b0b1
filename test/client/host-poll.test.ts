import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { WebSocket } from "ws";
import type { PiKVM, TypedText } from "../../src/client";
import type { Simulator } from "../../src/simulator";
import { until } from "../harness/until";
import { bench, failure, SIDE_BY_SIDE } from "./kit";

/** Milliseconds from one report to the next: the best, a usual one, full-speed USB and boot loaders. */
const POLLS = [1, 4, 10];
const LINE = "echo Hello > /tmp/World; reboot";

/** Reports that a device may hold of us: twice what it is given at once, since a busy computer's host is late. */
const FRACTION = 2 * 25;

async function slowHost(t: TestContext, hostPoll: number, kvmd?: string) {
  const { sim, kvm } = await bench(t, { hostPoll, power: true, kvmd });
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, sim.state.hid.gadget.pending)), 1);
  t.after(() => clearInterval(watch));
  return { sim, kvm, most: () => most };
}

/** Somebody else who opens a session and closes it. */
async function visit({ url }: Simulator, stream = 1): Promise<void> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/ws?stream=${stream}`, {
    headers: { "X-KVMD-User": "admin", "X-KVMD-Passwd": "Pa55-Hunter2!" },
  });
  await new Promise((resolve) => socket.on("message", resolve));
  socket.close();
  await new Promise((resolve) => socket.on("close", resolve));
}

/** What of ours opens or closes a session of the device. */
const SESSIONS: Record<string, (kvm: PiKVM) => Promise<unknown>> = {
  "a snapshot": (kvm) => kvm.screen.snapshot(),
  "the event connection": async (kvm) => {
    const stream = kvm.events();
    await new Promise((resolve) => stream.once("state", resolve));
    await stream.close();
  },
  "a click": (kvm) => kvm.pointer.click(),
  "a macro": (kvm) => kvm.macros.play([{ event_type: "delay", event: { millis: 1 } }]),
};

for (const [what, session] of Object.entries(SESSIONS)) {
  test(`${what} right behind a text that any call has handed over loses nothing`, async (t) => {
    const { sim, kvm } = await slowHost(t, 10);
    await kvm.request("POST", "/api/hid/print", { body: LINE });
    await session(kvm);
    assert.equal(sim.host.typed, LINE);
  });
}

test("a text that any call hands over waits for its turn, and nobody connects in it", async (t) => {
  const { sim, kvm } = await slowHost(t, 10);
  const first = kvm.hid.type("a".repeat(40));
  const answer = await kvm.stream("POST", "/api/hid/print", { body: "b".repeat(40), query: { delay: 0.01 } });
  await SESSIONS["the event connection"]?.(kvm);
  answer.body.resume();
  const second = kvm.request("POST", "/api/hid/print", { body: "c".repeat(40), query: { delay: 0.01 } });
  await Promise.all([first, second, SESSIONS["a snapshot"]?.(kvm)]);
  assert.equal(sim.host.typed, "a".repeat(40) + "b".repeat(40) + "c".repeat(40));
});

test("turning the wheel keeps to what a slow host takes, so that cancelling it stops it", async (t) => {
  const { sim, kvm } = await slowHost(t, 10);
  const cancel = new AbortController();
  const scrolling = assert.rejects(kvm.pointer.scroll(0, -100_000, { signal: cancel.signal }));
  await until(() => sim.host.inputs.length > 50);
  cancel.abort();
  await scrolling;
  assert.ok(sim.state.hid.gadget.pending <= FRACTION, String(sim.state.hid.gadget.pending));
});

for (const hostPoll of POLLS) {
  describe(`a host that polls every ${hostPoll} ms`, SIDE_BY_SIDE, () => {
    for (const delay of [0, 0.005, 0.02]) {
      for (const [what, session] of Object.entries(SESSIONS)) {
        test(`${what} right behind a text with Enter loses nothing: pause ${delay}`, async (t) => {
          const { sim, kvm, most } = await slowHost(t, hostPoll);
          const typing = kvm.keyboard.type(LINE, { enter: true, delay });
          const next = session(kvm);
          assert.deepEqual(await typing, { sent: LINE.length, typed: LINE.length });
          assert.equal(sim.host.typed, `${LINE}\n`);
          await next;
          assert.equal(sim.host.typed, `${LINE}\n`);
          assert.ok(most() <= FRACTION, `${most()} reports waited`);
        });
      }
    }

    test("the next session waits for single keys, too", async (t) => {
      const { sim, kvm } = await slowHost(t, hostPoll);
      for (const key of ["KeyA", "KeyB", "KeyC", "KeyD"]) await kvm.hid.press(key);
      await kvm.hid.sendShortcut(["ShiftLeft", "KeyE"]);
      await kvm.screen.snapshot();
      assert.equal(sim.host.typed, "abcdE");
    });

    test("a macro that ends in a fast print arrives whole", async (t) => {
      const { sim, kvm, most } = await slowHost(t, hostPoll);
      const text = "0123456789".repeat(10);
      const keys = ["KeyA", "KeyB", "KeyC"].flatMap((key) =>
        [true, false].map((state) => ({ event_type: "key", event: { key, state } })),
      );
      const many = Array.from({ length: 20 }, () => keys).flat();
      await kvm.macros.play([...many, { event_type: "print", event: { text } }]);
      await kvm.screen.snapshot();
      assert.equal(sim.host.typed, "abc".repeat(20) + text);
      assert.ok(most() <= FRACTION, `${most()} reports waited`);
    });

    for (const delay of [0, 0.02]) {
      test(`a cancel is immediate, and tells what had arrived: pause ${delay}`, async (t) => {
        const { sim, kvm } = await slowHost(t, hostPoll);
        const abort = new AbortController();
        const text = "x".repeat(3000);
        const typing = kvm.hid.type(`X${text}`, { delay, signal: abort.signal });
        await until(() => sim.host.typed.length > 20);
        abort.abort();
        const error = await failure(typing, { name: "CancelledError" });
        assert.equal(sim.state.hid.gadget.pending, 0);
        const { length } = sim.host.typed;
        assert.deepEqual(sim.host.heldKeys, []);
        const { typed = NaN, sent = NaN } = error;
        assert.ok(typed <= length && length <= sent && sent - typed <= 25, `${typed} <= ${length} <= ${sent}`);
        assert.match(error.message, new RegExp(`\\(${typed} of 3001 characters had been typed\\.\\)$`));
        await kvm.hid.type("!");
        assert.equal(sim.host.typed, `${sim.host.typed.slice(0, length)}!`);
      });
    }

    test("as fast as the device takes it: still nobody connects before the host has it all, and a cancel ends it", async (t) => {
      const { sim, kvm, most } = await slowHost(t, hostPoll);
      const text = "y".repeat(100);
      const typing = kvm.hid.type(text, { fast: true });
      await Promise.all([typing, kvm.screen.snapshot()]);
      assert.equal(sim.host.typed, text);
      if (hostPoll === 10) assert.ok(most() > 100, `${most()} reports waited`);
      sim.host.forget();
      const abort = new AbortController();
      const cancelled = failure(kvm.hid.type("z".repeat(1000), { fast: true, signal: abort.signal }), {
        name: "CancelledError",
      });
      await until(() => sim.host.typed.length > 20);
      abort.abort();
      const { typed = NaN } = await cancelled;
      assert.equal(sim.state.hid.gadget.pending, 0);
      assert.ok(typed <= sim.host.typed.length);
    });
  });
}

describe("somebody else connects meanwhile", SIDE_BY_SIDE, () => {
  async function disturbed(
    t: TestContext,
    type: (kvm: PiKVM) => Promise<TypedText>,
    viewers = 1,
    isListening = true,
  ): Promise<TypedText & { text: string }> {
    const { sim, kvm } = await slowHost(t, 10);
    if (isListening) {
      const stream = kvm.events();
      await until(() => stream.states.hid !== undefined);
    }
    const typing = type(kvm);
    await until(() => sim.host.typed.length > 5);
    await visit(sim, viewers);
    const result = await typing;
    await until(() => sim.state.hid.gadget.pending === 0);
    return { ...result, text: sim.host.typed };
  }

  test("the result says that the text may be incomplete, and counts what is sure", async (t) => {
    const { sent, typed, incomplete, text } = await disturbed(t, (kvm) => kvm.keyboard.type("w".repeat(60)));
    assert.equal(sent, 60);
    assert.equal(incomplete, true);
    assert.ok(typed < 60 && typed <= text.length, `${typed}, ${text.length}`);
  });

  test("also where nothing of ours was connected before", async (t) => {
    for (const viewers of [0, 1]) {
      const { incomplete } = await disturbed(t, (kvm) => kvm.keyboard.type("w".repeat(60)), viewers, false);
      assert.equal(incomplete, true);
    }
  });

  test("a device that restarts between two parts, which no request has met", async (t) => {
    const { sim, kvm } = await slowHost(t, 10);
    const typing = kvm.keyboard.type("w".repeat(60));
    await until(() => sim.host.typed.length > 5);
    await sim.restart({ downFor: 0 });
    assert.equal((await typing).incomplete, true);
  });

  test("where no event connection can be opened, the text is typed all the same", async (t) => {
    const { sim, kvm } = await slowHost(t, 10);
    sim.faults.add({ kind: "status", code: 502, path: /^\/api\/ws/ });
    assert.deepEqual(await kvm.keyboard.type("w".repeat(20)), { sent: 20, typed: 20 });
    assert.equal(sim.host.typed, "w".repeat(20));
  });

  test("also right after our own session has begun, by somebody who is no viewer", async (t) => {
    const { incomplete } = await disturbed(t, (kvm) => kvm.keyboard.type("w".repeat(60)), 0);
    assert.equal(incomplete, true);
  });

  test("a host that stops listening in a macro: it is called incomplete", async (t) => {
    const { sim, kvm } = await slowHost(t, 10);
    const key = (state: boolean) => ({ event_type: "key", event: { key: "KeyA", state } });
    const steps = Array.from({ length: 40 }, () => [
      key(true),
      key(false),
      { event_type: "delay", event: { millis: 20 } },
    ]);
    const playing = kvm.macros.play(steps.flat());
    await until(() => sim.host.typed.length > 5);
    sim.state.hid.gadget.isListening = false;
    assert.equal((await playing).incomplete, true);
  });

  test("a host that stops listening in a text: nothing of it is called typed", async (t) => {
    const { sim, kvm } = await slowHost(t, 10);
    const typing = kvm.keyboard.type("x".repeat(40), { delay: 0.02 });
    await until(() => sim.host.typed.length > 5);
    sim.state.hid.gadget.isListening = false;
    assert.deepEqual(await typing, { sent: 40, typed: 0, incomplete: true });
    assert.ok(sim.host.typed.length < 40);
  });

  test("nothing is said of a visit while nothing is typed", async (t) => {
    const { sim, kvm } = await slowHost(t, 10);
    const stream = kvm.events();
    await until(() => stream.states.hid !== undefined);
    const viewers: unknown[] = [];
    stream.on("state", ({ kind }) => kind === "clients" && viewers.push(stream.states.clients?.count));
    await visit(sim);
    // That somebody has left is told a moment later.
    await until(() => viewers.includes(1) && viewers.at(-1) === 0);
    assert.deepEqual(await kvm.keyboard.type("abc"), { sent: 3, typed: 3 });
  });
});

describe("what old devices make of pauses", SIDE_BY_SIDE, () => {
  const AGES = { "since 4.92": "4.92", "since 4.25": "4.82", before: "4.20" };
  for (const [age, kvmd] of Object.entries(AGES)) {
    for (const delay of [0.01, 0.05]) {
      test(`${age}: ${delay} s are really made`, async (t) => {
        const { sim, kvm } = await slowHost(t, 1, kvmd);
        const start = performance.now();
        assert.equal(await kvm.keyboard.typeText("abcdefghij", { delay }), 10);
        assert.ok(performance.now() - start >= 20 * delay * 1000 - 1);
        assert.equal(sim.host.typed, "abcdefghij");
      });
    }
  }
});

describe("a device that lacks the calls for events", SIDE_BY_SIDE, () => {
  const CALLS: Record<string, { does: (kvm: PiKVM) => Promise<unknown>; inputs: string[] }> = {
    "a shortcut": {
      does: (kvm) => kvm.hid.sendShortcut(["ControlLeft", "AltLeft", "Delete"]),
      inputs: ["+ControlLeft", "+AltLeft", "+Delete", "-Delete", "-AltLeft", "-ControlLeft"],
    },
    "a shortcut that looks first": {
      does: (kvm) => kvm.keyboard.shortcut(["ControlLeft", "KeyC"]),
      inputs: ["+ControlLeft", "+KeyC", "-KeyC", "-ControlLeft"],
    },
    "a key": { does: (kvm) => kvm.keyboard.press("Enter", 0.05), inputs: ["+Enter", "-Enter"] },
    "a button": {
      does: async (kvm) => {
        await kvm.pointer.press("left");
        await kvm.pointer.release("left");
      },
      inputs: ["+left", "-left"],
    },
    "a click at once": { does: (kvm) => kvm.hid.sendMouseButton("left"), inputs: ["+left", "-left"] },
    "a move": { does: (kvm) => kvm.pointer.move({ x: 0, y: 0, unit: "device" }), inputs: ["move 0 0"] },
    "a wheel": { does: (kvm) => kvm.pointer.scroll(0, -200), inputs: ["wheel 0 -127", "wheel 0 -73"] },
    "a report that does nothing": { does: (kvm) => kvm.hid.nudge(), inputs: ["wheel 0 0"] },
  };
  for (const [what, { does, inputs }] of Object.entries(CALLS)) {
    test(`${what} goes over the event connection, also the second time`, async (t) => {
      const { sim, kvm } = await slowHost(t, 1);
      sim.state.hid.abilities.httpEvents = false;
      for (let times = 0; times < 2; times += 1) {
        sim.host.forget();
        await does(kvm);
        await until(() => sim.host.inputs.length >= inputs.length);
        const shown = sim.host.inputs.map((input) => {
          if (input.kind === "key") return `${input.state ? "+" : "-"}${input.key}`;
          if (input.kind === "button") return `${input.state ? "+" : "-"}${input.button}`;
          return `${input.kind} ${input.x} ${input.y}`;
        });
        assert.deepEqual(shown, inputs);
      }
    });
  }

  test("not because of a 404 of something before the device, which may have let the call through", async (t) => {
    const { sim, kvm } = await slowHost(t, 1);
    const page = { kind: "status", code: 404, body: "<html>404: Not Found</html>", contentType: "text/html" } as const;
    sim.faults.add({ ...page, path: "/api/hid/events/send_mouse_wheel", after: true });
    await failure(kvm.pointer.scroll(0, -20), { name: "APIError", statusCode: 404 });
    assert.equal(sim.sessionsOpened, 0);
  });

  test("not over a connection that is just being closed", async (t) => {
    const { sim, kvm } = await slowHost(t, 1);
    sim.state.hid.abilities.httpEvents = false;
    await kvm.hid.nudge();
    await until(() => sim.sessions === 0);
    const { close } = WebSocket.prototype; // eslint-disable-line @typescript-eslint/unbound-method -- `call` binds it
    let closing = 0;
    t.mock.method(WebSocket.prototype, "close", function (this: WebSocket, code?: number) {
      close.call(this, code);
      // What the other side says to that comes late.
      closing += 1;
      this.pause();
      setTimeout(() => this.resume(), 50);
    });
    await kvm.hid.nudge();
    await until(() => closing > 0);
    await kvm.hid.nudge();
  });

  test("what is pressed there stays down until it is released", async (t) => {
    const { sim, kvm } = await slowHost(t, 1);
    sim.state.hid.abilities.httpEvents = false;
    await kvm.hid.sendKey("ShiftLeft", true);
    await kvm.hid.sendMouseButton("left", true);
    await kvm.hid.type("a");
    assert.deepEqual(sim.host.heldKeys, ["ShiftLeft"]);
    assert.ok(sim.host.mouse.buttons.has("left"));
    await kvm.hid.sendMouseButton("left", false);
    await kvm.hid.sendKey("ShiftLeft", false);
    await until(() => sim.host.heldKeys.length === 0 && sim.host.mouse.buttons.size === 0);
    await until(() => sim.sessions === 0);
  });

  test("shortcuts alone are missing before 4.79", async (t) => {
    const { sim, kvm } = await slowHost(t, 1, "4.78");
    await kvm.hid.sendShortcut(["ControlLeft", "KeyC"]);
    await kvm.hid.press("KeyD");
    await until(() => sim.host.keyEvents.length === 6);
    assert.ok(sim.requests.some(({ path }) => path === "/api/hid/events/send_key"));
  });
});

describe("a host that does not listen", SIDE_BY_SIDE, () => {
  const CALLS: Record<string, (kvm: PiKVM, hostTimeout: number) => Promise<unknown>> = {
    "a text": (kvm, hostTimeout) => kvm.keyboard.type("a", { hostTimeout }),
    "a shortcut": (kvm, hostTimeout) => kvm.keyboard.shortcut(["KeyA"], { hostTimeout }),
    "a key": (kvm, hostTimeout) => kvm.keyboard.press("KeyA", 0, { hostTimeout }),
    "a release": (kvm, hostTimeout) => kvm.keyboard.release("KeyA", { hostTimeout }),
    "a click": (kvm, hostTimeout) => kvm.pointer.click({ hostTimeout }),
    "a move": (kvm, hostTimeout) => kvm.pointer.move({ x: 1, y: 1 }, { hostTimeout }),
    "a button": (kvm, hostTimeout) => kvm.pointer.press("left", { hostTimeout }),
    "a drag": (kvm, hostTimeout) => kvm.pointer.drag({ x: 1, y: 1 }, { x: 2, y: 2 }, { hostTimeout, duration: 0.05 }),
    "a scroll": (kvm, hostTimeout) => kvm.pointer.scroll(0, 1, { hostTimeout }),
    "keys of a macro": (kvm, hostTimeout) =>
      kvm.macros.play([{ event_type: "key", event: { key: "KeyA", state: true } }], { hostTimeout }),
    "a print of a macro": (kvm, hostTimeout) =>
      kvm.macros.play([{ event_type: "print", event: { text: "a" } }], { hostTimeout }),
    "the mouse of a macro": (kvm, hostTimeout) =>
      kvm.macros.play([{ event_type: "mouse_move", event: { to: { x: 1, y: 1 } } }], { hostTimeout }),
  };
  for (const [what, call] of Object.entries(CALLS)) {
    test(`${what} is refused, or waits for it`, async (t) => {
      const { sim, kvm } = await slowHost(t, 1);
      sim.state.hid.online = false;
      const refused = { name: "UnavailableError", code: "HOST_NOT_LISTENING", retryable: true };
      await failure(call(kvm, 0), { ...refused, message: /^The host does not listen to the (keyboard|mouse)/ });
      assert.deepEqual(sim.host.inputs, []);
      const waiting = call(kvm, 30);
      await until(() => sim.requests.filter(({ path }) => path === "/api/hid/reset").length >= 2);
      sim.state.hid.online = true;
      await waiting;
    });
  }

  test("a device that has not noticed that the host is back is made to", async (t) => {
    const { sim, kvm } = await slowHost(t, 1);
    sim.state.hid.online = false;
    sim.state.hid.online = true;
    assert.equal((await kvm.hid.getState()).keyboard.online, false);
    assert.deepEqual(await kvm.keyboard.type("abc"), { sent: 3, typed: 3 });
    assert.equal(sim.host.typed, "abc");
  });
});

describe("inputs of any size", SIDE_BY_SIDE, () => {
  test("a text that would be typed for days is refused at once", async (t) => {
    const { sim, kvm } = await slowHost(t, 1);
    const typing = kvm.hid.type("x".repeat(100_000_000));
    await failure(typing, { name: "ConfigurationError", message: /too long to type: at most 2000000/ });
    assert.equal(sim.requests.length, 0);
  });

  test("a macro of three million steps is refused at once", async (t) => {
    const { sim, kvm } = await slowHost(t, 1);
    const step = { event_type: "delay", event: { millis: 1 } };
    const refused = { name: "ConfigurationError", message: /at most 100000/ };
    await failure(kvm.macros.play(Array.from({ length: 3_000_000 }, () => step)), refused);
    const long = `[${" ".repeat(17 * 1024 * 1024)}]`;
    await failure(kvm.macros.play(long), { name: "ConfigurationError", message: /too long/ });
    assert.equal(sim.requests.length, 0);
  });

  test("a long text is cut as it is typed", async (t) => {
    const { sim, kvm } = await slowHost(t, 1);
    const abort = new AbortController();
    const before = process.memoryUsage().heapUsed;
    const typing = failure(kvm.hid.type("x".repeat(1_900_000), { signal: abort.signal }), { name: "CancelledError" });
    await until(() => sim.host.typed.length > 5);
    assert.ok(process.memoryUsage().heapUsed - before < 60_000_000);
    abort.abort();
    await typing;
  });
});
