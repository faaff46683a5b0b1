import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isKey, keyOf, KEYS } from "../../src/client";
import { TypedCount } from "../../src/client/hid/typed-count";
import { partsOf } from "../../src/client/hid/typing";
import { manualClock, scaledClock, type Simulator } from "../../src/simulator";
import { keyChangesOf } from "../../src/simulator/hid/keymap";
import { until } from "../harness/until";
import { bench, client, failure, posts, SECRETS, SIDE_BY_SIDE } from "./kit";

const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("");

describe("typing", SIDE_BY_SIDE, () => {
  test("every character arrives exactly: every printable of a US keyboard, line ends, tabs", async (t) => {
    const { sim, kvm } = await bench(t);
    const text = `${PRINTABLE}\n\taAbB\n${"The quick brown fox jumps over the lazy dog, twice. ".repeat(20)}`.slice(
      0,
      700,
    );
    const progress: number[] = [];
    assert.equal(
      await kvm.hid.typeText(text, { onProgress: (typed, total) => void progress.push(typed / total) }),
      700,
    );
    // When it resolves, everything has been typed: nothing is left in the device's queue.
    assert.equal(sim.state.hid.gadget.pending, 0);
    assert.equal(sim.host.typed, text);
    assert.ok(progress.length > 10 && progress.at(-1) === 1);
    assert.deepEqual(
      [...progress].sort((a, b) => a - b),
      progress,
    );
    const prints = sim.requests.filter(({ method }) => method === "POST");
    assert.ok(prints.every(({ query }) => query["limit"] === "0" && !("delay" in query) && !("keymap" in query)));
  });

  test("texts of two callers never mix", async (t) => {
    const { sim, kvm } = await bench(t);
    const [first, second] = ["a".repeat(400), "b".repeat(400)];
    await Promise.all([
      kvm.hid.typeText(first),
      kvm.hid.typeText(second),
      kvm.hid.sendShortcut(["ShiftLeft", "KeyC"]),
      kvm.hid.press("KeyD"),
    ]);
    await until(() => sim.host.typed.endsWith("d"));
    assert.equal(sim.host.typed, `${first}${second}Cd`);
  });

  test("a text that is cancelled does not mix with the next one", async (t) => {
    const clock = manualClock();
    const { sim, kvm } = await bench(t, { clock });
    const typed = (isSo: (typed: string) => boolean) =>
      until(async () => {
        await clock.advance(100);
        assert.match(sim.host.typed, /^a*b*$/);
        return isSo(sim.host.typed);
      });
    const abort = new AbortController();
    const first = failure(kvm.hid.typeText("a".repeat(20), { delay: 0.05, signal: abort.signal }), {
      name: "CancelledError",
    });
    const second = kvm.hid.typeText("b".repeat(20), { delay: 0.002 });
    await typed(({ length }) => length > 0);
    abort.abort();
    // The device goes on with what it was given.
    await clock.advance(1000);
    await first;
    await typed((text) => text.endsWith("b".repeat(20)));
    await second;
    assert.match(sim.host.typed, /^a+b{20}$/);
  });

  /** A device that takes much longer for a text than it should, and what it has typed in the end. */
  const SLOW_DEVICE = { clock: scaledClock(0.1) };
  const SLOWLY = { delay: 0.05 };
  const typedOn = async (sim: Simulator): Promise<string> => {
    await until(() => sim.working === 0 && sim.host.typed.split("b").length === 6);
    return sim.host.typed;
  };

  test("nor when the device is so slow that the cancel does not wait for it", async (t) => {
    const { sim, kvm } = await bench(t, SLOW_DEVICE);
    const abort = new AbortController();
    const error = { name: "CancelledError", outcome: "unknown" } as const;
    const first = failure(kvm.hid.typeText("aaaaa", { ...SLOWLY, signal: abort.signal }), error);
    await until(() => sim.host.typed !== "");
    abort.abort();
    await first;
    assert.equal(sim.working, 1);
    await kvm.hid.typeText("bbbbb");
    assert.match(await typedOn(sim), /^a+b{5}$/);
  });

  test("nor with that of the next client, when the device was closed meanwhile", async (t) => {
    const { sim, kvm } = await bench(t, SLOW_DEVICE);
    const first = failure(kvm.hid.typeText("aaaaa", SLOWLY), { name: "CancelledError", outcome: "unknown" });
    await until(() => sim.host.typed !== "");
    await kvm.close();
    assert.equal(sim.working, 1);
    const next = await client(t, { address: sim.url });
    await next.hid.typeText("bbbbb");
    await first;
    assert.match(await typedOn(sim), /^a+b{5}$/);
    await next.close();
    await until(() => sim.connections === 0);
  });

  test("nor with what is sent by its path, whichever comes first", async (t) => {
    const { sim, kvm } = await bench(t);
    const cancelled = { name: "CancelledError", outcome: "unknown" } as const;
    const raw = (body: string, signal?: AbortSignal) => kvm.request("POST", "/api/hid/print?limit=0", { body, signal });
    const typed = (text: string, signal?: AbortSignal) => kvm.hid.typeText(text, { signal });
    for (const [first, second] of [
      [raw, typed],
      [typed, raw],
    ] as const) {
      const abort = new AbortController();
      const before = posts(sim).length;
      sim.faults.add({ kind: "delay", ms: 2500, times: 1, path: /print/ });
      const late = failure(first("aaaaa", abort.signal), cancelled);
      await until(() => posts(sim).length > before);
      abort.abort();
      await late;
      await second("bbbbb");
    }
    await until(() => sim.host.typed.length === 20);
    assert.equal(sim.host.typed, "aaaaabbbbbaaaaabbbbb");
  });

  test("nor when the network breaks meanwhile, no answer can come, and the device is slow", async (t) => {
    const { sim, kvm } = await bench(t, { clock: scaledClock(0.4) });
    const first = failure(kvm.hid.typeText("aaaaa", { delay: 0.05 }), { name: "ConnectError", outcome: "unknown" });
    await until(() => sim.host.typed !== "");
    const closed = kvm.close();
    sim.breakNetwork(20);
    await Promise.all([first, closed]);
    await until(() => sim.outage === 0);
    const next = await client(t, { address: sim.url });
    await next.hid.typeText("bbbbb");
    assert.match(await typedOn(sim), /^a+b{5}$/);
  });

  test("cancelling ends it soon and tells how much was typed", async (t) => {
    const { sim, kvm } = await bench(t);
    const abort = new AbortController();
    const text = "x".repeat(5000);
    let handedOver = 0;
    const typing = kvm.hid.typeText(text, {
      signal: abort.signal,
      onProgress: (typed) => {
        handedOver = typed;
        if (typed > 300) abort.abort();
      },
    });
    const error = await failure(typing, { name: "CancelledError", outcome: undefined });
    assert.match(error.message, new RegExp(`\\(${handedOver} of 5000 characters had been typed\\.\\)$`));
    await until(() => sim.state.hid.gadget.pending === 0);
    assert.equal(sim.host.typed, text.slice(0, handedOver));
    assert.ok(handedOver < 1000);
  });

  test("a failure tells how much was typed before, and repeats nothing", async (t) => {
    const { sim, kvm } = await bench(t);
    sim.faults.add({ kind: "status", code: 400, path: "/api/hid/print", times: 1 });
    await failure(kvm.hid.typeText("abc"), { name: "APIError", message: /\(0 of 3 characters had been typed\.\)$/ });
    sim.faults.add({ kind: "reset", path: "/api/hid/print", times: 1 });
    await failure(kvm.hid.typeText("abc"), { name: "ConnectError", outcome: "unknown" });
    assert.equal(posts(sim).length, 2);
  });

  test("what the device had not typed when it broke down does not count as typed", async (t) => {
    const { sim, kvm } = await bench(t);
    const typing = kvm.hid.type("a".repeat(40), {
      onProgress: () => sim.faults.add({ kind: "status", code: 502, path: "/api/hid/print" }),
    });
    const { typed, sent = NaN } = await failure(typing, { name: "APIError", outcome: "unknown" });
    assert.equal(typed, 0);
    assert.ok(sent > 10);
  });

  test("a text is not called whole when the device is gone at its end", async (t) => {
    const { sim, kvm } = await bench(t);
    sim.faults.add({ kind: "status", code: 502, method: "GET" });
    assert.deepEqual(await kvm.hid.type("abc"), { sent: 3, typed: 0, incomplete: true });
  });

  test("news of a visit that come a moment late still count for what was being typed then", () => {
    const count = new TypedCount();
    count.begin(3, 0);
    count.taken(performance.now() - 100);
    assert.equal(count.typed, 3);
    count.disturb();
    assert.deepEqual(count.result, { sent: 3, typed: 0, incomplete: true });
    count.begin(2, 0);
    count.taken(performance.now() - 10_000);
    count.disturb();
    assert.equal(count.typed, 2);
  });

  test("keymap and delay are the device's parameters", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.hid.typeText("yz", { keymap: "de", delay: 0.001 });
    await kvm.hid.typeText("a", { keymap: "" });
    assert.equal(sim.host.typed.slice(0, 2), "zy");
    assert.deepEqual(
      sim.requests.filter(({ method }) => method === "POST").map(({ query }) => query),
      [{ limit: "0", keymap: "de", delay: "0.001" }, { limit: "0" }],
    );
    await failure(kvm.hid.typeText(SECRETS.text, { keymap: "klingon" }), {
      name: "APIError",
      statusCode: 400,
      error: "ValidatorError",
    });
  });

  test("a delay may take longer than an ordinary answer", async (t) => {
    const { sim, kvm } = await bench(t, {}, { timeout: 1 });
    await kvm.hid.typeText("aBc", { delay: 0.4 });
    assert.equal(sim.host.typed, "aBc");
  });

  test("a delay out of range is refused before anything is sent", async (t) => {
    const { sim, kvm } = await bench(t);
    for (const delay of [-0.1, 5.1, NaN, Infinity])
      await failure(kvm.hid.typeText("a", { delay }), { name: "ConfigurationError", message: /0 to 5 s/ });
    assert.equal(sim.requests.length, 0);
  });

  test("nothing to type is nothing to send", async (t) => {
    const { sim, kvm } = await bench(t);
    assert.equal(await kvm.hid.typeText(""), 0);
    assert.equal(sim.requests.length, 0);
  });

  test("text is cut between characters, never within one", () => {
    const text = "a😀".repeat(1000);
    const parts = [...partsOf(text, 25)];
    assert.ok(parts.length > 1);
    assert.equal(parts.map((part) => part.text).join(""), text);
    assert.equal(
      parts.reduce((sum, { characters }) => sum + characters, 0),
      2000,
    );
    assert.doesNotMatch(parts.map((part) => part.text).join("|"), /[\ud800-\udbff]\|/);
    // However slow, a part is at least one character, and cancelling waits for no more than that.
    assert.deepEqual(
      [...partsOf("ab", 0)].map((part) => part.text),
      ["a", "b"],
    );
  });
});

describe("the key events of a text", () => {
  const texts = [
    "aBaBaB".repeat(300),
    PRINTABLE.repeat(10),
    "@ü€{A}".repeat(100),
    "hello world ".repeat(100),
    "!!!111",
    "ß",
  ];
  for (const keymap of ["en-us", "de"]) {
    test(`are never thought to be fewer: ${keymap}`, () => {
      for (const text of texts) {
        for (const part of partsOf(text, 25)) {
          const events = [...keyChangesOf(part.text, keymap)].length;
          assert.ok(part.events >= events, `${part.text}: ${part.events} for ${events} events`);
          assert.ok(part.events <= 25);
        }
      }
    });
  }

  test("are counted, for plain text", () => {
    const text = "plain text has two events for each character ".repeat(10);
    const events = [...partsOf(text, 25)].reduce((sum, part) => sum + part.events, 0);
    const exact = [...keyChangesOf(text, "en-us")].length;
    assert.ok(events >= exact && events < 1.15 * exact);
  });
});

describe("keys", SIDE_BY_SIDE, () => {
  const events = (sim: Awaited<ReturnType<typeof bench>>["sim"]) =>
    sim.host.keyEvents.map(({ key, state }) => `${state ? "+" : "-"}${key}`);

  test("a shortcut is pressed in order and released in reverse", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.hid.sendShortcut(["ControlLeft", "AltLeft", "Delete"]);
    await until(() => sim.host.keyEvents.length === 6);
    assert.deepEqual(events(sim), ["+ControlLeft", "+AltLeft", "+Delete", "-Delete", "-AltLeft", "-ControlLeft"]);
  });

  test("a long shortcut may take longer than an ordinary answer", async (t) => {
    // The device takes 2 s for it.
    const { kvm } = await bench(t, { clock: scaledClock(0.25) }, { timeout: 1.9 });
    await kvm.hid.sendShortcut(["ControlLeft", "KeyA", "KeyB", "KeyC", "KeyD"]);
  });

  test("a key is held until it is released", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.hid.sendKey("ShiftLeft", true);
    await until(() => sim.host.heldKeys.length === 1);
    await kvm.hid.sendKey("ShiftLeft", false);
    await until(() => sim.host.heldKeys.length === 0);
    assert.deepEqual(
      sim.requests.filter(({ method }) => method === "POST").map(({ query }) => query),
      [
        { key: "ShiftLeft", state: "1" },
        { key: "ShiftLeft", state: "0" },
      ],
    );
    await until(() => sim.sessions === 0);
  });

  test("the release of a key that is just being pressed comes after it", async (t) => {
    const { sim, kvm } = await bench(t);
    await Promise.all([kvm.hid.sendKey("KeyA", true), kvm.hid.sendKey("KeyA", false)]);
    await until(() => sim.host.keyEvents.length === 2);
    assert.deepEqual(events(sim), ["+KeyA", "-KeyA"]);
  });

  test("while a key is held the device lets go of it when this program is gone", async (t) => {
    const { sim, kvm } = await bench(t);
    const press = failure(kvm.hid.press("KeyA", 60), { name: "CancelledError" });
    await until(() => sim.host.heldKeys.length === 1);
    assert.equal(sim.sessions, 1);
    sim.dropSessions();
    await until(() => sim.host.heldKeys.length === 0);
    await kvm.close();
    await press;
  });

  test("a key that the device was killed under is let go of by the next one", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.hid.sendKey("KeyA", true);
    await until(() => sim.host.heldKeys.length === 1);
    sim.kill();
    await failure(kvm.hid.sendKey("KeyA", false), { name: "APIError", statusCode: 502, outcome: "unknown" });
    assert.deepEqual(sim.host.heldKeys, ["KeyA"]);
    await sim.restart();
    await until(() => sim.host.heldKeys.length === 0 && sim.sessions === 0);
  });

  test("a key that is pressed by what fails is let go of", async (t) => {
    const { sim, kvm } = await bench(t, {}, { timeout: 1 });
    sim.faults.add({ kind: "hang", times: 1, after: true, method: "POST" });
    await failure(kvm.hid.sendKey("KeyA", true), { name: "ConnectionTimeoutError", outcome: "unknown" });
    await until(() => sim.host.keyEvents.length === 2);
    assert.deepEqual(events(sim), ["+KeyA", "-KeyA"]);
  });

  test("no key is pressed to stay down where no event connection can be opened", async (t) => {
    const { sim, kvm } = await bench(t, {}, { timeout: 1 });
    sim.faults.add({ kind: "status", code: 502, path: /^\/api\/ws/ });
    await failure(kvm.hid.sendKey("KeyA", true), { name: "APIError", statusCode: 502 });
    assert.deepEqual(posts(sim), []);
    sim.faults.clear();
    await kvm.hid.sendKey("KeyA", true);
    await until(() => sim.host.heldKeys.length === 1);
  });

  test("a key is not pressed when the connection fails for which something else waits already", async (t) => {
    const { sim, kvm } = await bench(t, {}, { timeout: 1 });
    sim.faults.add({ kind: "status", code: 502, path: /^\/api\/ws/ });
    const turn = kvm.hid.inTurn(async (hid) => {
      kvm.events();
      // Its connection waits for its turn.
      await hid.getState();
      await hid.sendKey("KeyA", true);
    });
    await failure(turn, { name: "APIError", statusCode: 502 });
  });

  test("nothing of a shortcut that is cancelled comes between the next keys", async (t) => {
    const { sim, kvm } = await bench(t);
    const abort = new AbortController();
    const shortcut = kvm.hid.sendShortcut(["ControlLeft", "AltLeft", "Delete"], { signal: abort.signal });
    const typing = kvm.hid.typeText("ab");
    await until(() => sim.host.heldKeys.length > 0);
    abort.abort();
    await Promise.all([shortcut, typing]);
    assert.equal(sim.host.typed, "ab");
  });

  test("the device itself lets go of what is only tapped, also of keys that it would leave down", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.hid.press("KeyA");
    await kvm.hid.press("MetaLeft");
    await until(() => sim.host.keyEvents.length === 4);
    assert.deepEqual(events(sim), ["+KeyA", "-KeyA", "+MetaLeft", "-MetaLeft"]);
    assert.equal(sim.requests.length, 2);
  });

  test("holding takes its time", async (t) => {
    const { sim, kvm } = await bench(t);
    const start = performance.now();
    await kvm.hid.press("F2", 0.3);
    assert.ok(performance.now() - start >= 290);
    await until(() => sim.host.heldKeys.length === 0);
  });

  test("a held key is released when it is cancelled", async (t) => {
    const { sim, kvm } = await bench(t);
    const abort = new AbortController();
    const press = failure(kvm.hid.press("KeyA", 60, { signal: abort.signal }), { name: "CancelledError" });
    await until(() => sim.host.heldKeys.length === 1);
    abort.abort();
    await press;
    await until(() => sim.host.heldKeys.length === 0);
  });

  test("a held key is released when the device is closed", async (t) => {
    for (const auth of ["headers", "session"] as const) {
      const { sim, kvm } = await bench(t, {}, { auth });
      const press = failure(kvm.hid.press("KeyA", 60), { name: "CancelledError", code: "CLOSED" });
      await until(() => sim.host.heldKeys.length === 1);
      await kvm.close();
      await press;
      await until(() => sim.host.heldKeys.length === 0);
    }
  });

  test("a key whose press is not answered yet is released over a new connection when the device is closed", async (t) => {
    for (const auth of ["headers", "session"] as const) {
      const { sim, kvm } = await bench(t, {}, { auth });
      await kvm.auth.check();
      sim.faults.add({ kind: "hang", after: true, times: 1, method: "POST", path: /send_key/ });
      const press = failure(kvm.hid.press("KeyA", 60), { name: "CancelledError", outcome: "unknown" });
      await until(() => sim.host.heldKeys.length === 1);
      await kvm.close();
      await press;
      await until(() => sim.host.heldKeys.length === 0);
    }
  });

  test("a key whose press overtakes what was to release it is released once more, also when it was closed", async (t) => {
    for (const isClosed of [false, true]) {
      const { sim, kvm } = await bench(t);
      const abort = new AbortController();
      sim.faults.add({ kind: "delay", ms: 2500, times: 1, path: /state=1/ });
      const options = { signal: abort.signal };
      const press = failure(kvm.hid.sendKey("KeyA", true, options), { name: "CancelledError", outcome: "unknown" });
      await until(() => posts(sim).length === 1);
      if (isClosed) await kvm.close();
      else abort.abort();
      await press;
      await until(() => posts(sim).length === 3 && sim.host.keyEvents.length === 2);
      assert.deepEqual(sim.host.heldKeys, []);
    }
  });

  test("a key whose press comes after its time limit is released once more", async (t) => {
    const { sim, kvm } = await bench(t, {}, { timeout: 1 });
    sim.faults.add({ kind: "delay", ms: 1800, times: 1, path: /state=1/ });
    await failure(kvm.hid.sendKey("KeyA", true), { name: "ConnectionTimeoutError", outcome: "unknown" });
    await until(() => posts(sim).length === 3 && sim.host.keyEvents.length === 2);
    assert.deepEqual(sim.host.heldKeys, []);
  });

  test("the release of a key does not wait for an answer that never comes", async (t) => {
    const { sim, kvm } = await bench(t);
    const abort = new AbortController();
    await kvm.hid.sendKey("KeyA", true);
    sim.faults.add({ kind: "hang", times: 1, path: /mouse_move/ });
    const move = failure(kvm.hid.sendMouseMove(1, 1, { signal: abort.signal }), { name: "CancelledError" });
    await until(() => posts(sim).length === 2);
    abort.abort();
    await move;
    const start = performance.now();
    await kvm.hid.sendKey("KeyA", false);
    assert.ok(performance.now() - start < 5000);
    await until(() => sim.host.heldKeys.length === 0);
  });

  test("a key is released when the answer to its press is lost, in whatever way", async (t) => {
    for (const kind of ["reset", "cut", "hang"] as const) {
      const { sim, kvm } = await bench(t, {}, { timeout: 1 });
      sim.faults.add({ kind, times: 1, after: true, method: "POST" });
      await failure(kvm.hid.press("KeyA", 0.1), { outcome: "unknown" } as never);
      await until(() => sim.host.keyEvents.length === 2);
      assert.deepEqual(sim.host.heldKeys, []);
    }
  });

  test("the release is tried again when it fails", async (t) => {
    const { sim, kvm } = await bench(t);
    sim.faults.add({ kind: "reset", path: /state=0/, times: 2 });
    await kvm.hid.press("KeyA", 0.01);
    await until(() => sim.host.heldKeys.length === 0 && sim.host.keyEvents.length === 2);
    assert.equal(posts(sim).length, 4);
  });

  test("a release that fails for good is told", async (t) => {
    const { sim, kvm } = await bench(t);
    sim.faults.add({ kind: "status", code: 500, path: /state=0/ });
    await failure(kvm.hid.press("KeyA", 0.01), { name: "APIError", statusCode: 500 });
    assert.equal(posts(sim).length, 4);
  });

  test("a press that is refused needs no release", async (t) => {
    const { sim, kvm } = await bench(t);
    sim.faults.add({ kind: "status", code: 400, method: "POST" });
    await failure(kvm.hid.press("KeyA", 0.01), { name: "APIError" });
    assert.equal(posts(sim).length, 1);
  });

  test("keys have short names, in upper and lower case", async (t) => {
    const names = {
      ControlLeft: ["Ctrl", "ctrl", "CONTROL", "controlleft"],
      AltLeft: ["Alt"],
      AltRight: ["AltGr"],
      MetaLeft: ["Win", "super", "Cmd"],
      Enter: ["enter", "Return"],
      Escape: ["esc"],
      Delete: ["Del"],
      ArrowUp: ["up"],
      PageDown: ["PgDn"],
      F11: ["f11"],
      KeyA: ["a", "A"],
      Digit1: ["1"],
      Slash: ["/"],
    };
    for (const [key, short] of Object.entries(names))
      for (const name of [key, ...short]) assert.equal(keyOf(name), key, name);
    for (const key of KEYS) assert.equal(keyOf(key.toUpperCase()), key);
    assert.equal(isKey("Ctrl"), false);
    const { sim, kvm } = await bench(t);
    assert.deepEqual(await kvm.keyboard.shortcut(["win", "r"]), ["MetaLeft", "KeyR"]);
    await until(() => sim.host.keyEvents.length === 4);
    assert.deepEqual(
      sim.host.keyEvents.map(({ key }) => key),
      ["MetaLeft", "KeyR", "KeyR", "MetaLeft"],
    );
  });

  test("names that are no keys are refused before anything is sent", async (t) => {
    const { sim, kvm } = await bench(t);
    const expected = { name: "ConfigurationError", message: /is not a key/ };
    for (const key of ["", "KeyAA", "toString", "Ctrl+A", "é", "F25"]) {
      assert.equal(keyOf(key), undefined);
      await failure(kvm.hid.sendShortcut(["ControlLeft", key]), expected);
      await failure(
        Promise.resolve().then(() => kvm.hid.sendKey(key, true)),
        expected,
      );
      await failure(kvm.hid.press(key), expected);
    }
    await failure(kvm.hid.sendShortcut([]), { name: "ConfigurationError", message: /at least one key/ });
    assert.equal(sim.requests.length, 0);
  });

  test("all 126 keys are known to the device", async (t) => {
    assert.equal(new Set(KEYS).size, 126);
    const { kvm } = await bench(t, { clock: scaledClock(20) });
    for (const key of KEYS) await kvm.hid.sendKey(key, false);
  });
});

describe("turns", SIDE_BY_SIDE, () => {
  test("several calls in one turn: nobody else's come in between, and their own order is kept", async (t) => {
    const { sim, kvm } = await bench(t);
    const turn = kvm.hid.inTurn(async (hid) => {
      await hid.typeText("a");
      await Promise.all([hid.press("KeyB", 0.05), hid.typeText("c")]);
    });
    await Promise.all([turn, kvm.hid.typeText("d")]);
    assert.equal(sim.host.typed, "abcd");
  });

  test("cancelling a turn ends its calls, and lets go of a key", async (t) => {
    const { sim, kvm } = await bench(t);
    const abort = new AbortController();
    const turn = kvm.hid.inTurn((hid, signal) => hid.press("KeyA", 60, { signal }), { signal: abort.signal });
    const cancelled = failure(turn, { name: "CancelledError" });
    await until(() => sim.host.heldKeys.length === 1);
    abort.abort();
    await cancelled;
    await until(() => sim.host.heldKeys.length === 0);
  });

  test("when too many wait for theirs, the error says for what", async (t) => {
    const { sim, kvm } = await bench(t);
    const closed = { name: "CancelledError", code: "CLOSED" };
    const pressing = failure(kvm.hid.press("KeyA", 60), closed);
    await until(() => sim.host.heldKeys.length === 1);
    const waiting = Array.from({ length: 100 }, () => failure(kvm.hid.sendMouseWheel(0, 1), closed));
    const message = /^100 requests to the keyboard and mouse are waiting already/;
    await failure(kvm.pointer.press("left"), { name: "BusyError", code: "QUEUE_FULL", message });
    await kvm.close();
    await Promise.all([pressing, ...waiting]);
  });
});

describe("hid, the rest", SIDE_BY_SIDE, () => {
  test("state, inactivity, keymaps", async (t) => {
    const { sim, kvm } = await bench(t);
    assert.deepEqual(await kvm.hid.getState(), sim.state.hid.state());
    assert.equal(await kvm.hid.getInactivity(), 0);
    const keymaps = await kvm.hid.getKeymaps();
    assert.equal(keymaps.default, "en-us");
    assert.ok(keymaps.available.includes("de"));
  });

  test("settings send what is given, and only that", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.hid.setParams({ mouseOutput: "usb_rel", jiggler: true });
    await kvm.hid.setParams({ keyboardOutput: "usb" });
    assert.deepEqual(
      sim.requests.map(({ query }) => query),
      [{ mouse_output: "usb_rel", jiggler: "1" }, { keyboard_output: "usb" }],
    );
    const { mouse, jiggler } = await kvm.hid.getState();
    assert.deepEqual([mouse.outputs?.active, jiggler?.active], ["usb_rel", true]);
  });

  test("reset lets go of all keys", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.hid.sendKey("KeyA", true);
    await kvm.hid.reset();
    await until(() => sim.host.keyEvents.length === 2 && sim.host.heldKeys.length === 0);
  });
});
