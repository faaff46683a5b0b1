import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ConfigurationError, statePath, valueAt } from "../../src/client";
import { until } from "../harness/until";
import { bench, failure, SIDE_BY_SIDE } from "./kit";

describe("a path into the states", () => {
  test("names, indices and quoted names", () => {
    const states = { outputs: { "a b": { state: [true, false] } }, "hyphen-ed": 1 };
    const at = (text: string) => valueAt(states, statePath(`gpio.${text}`).keys);
    assert.equal(at('outputs["a b"].state[1]'), false);
    assert.equal(at("outputs['a b'].state[0]"), true);
    assert.equal(at("hyphen-ed"), 1);
    assert.equal(at("outputs.nothing.below"), null);
    for (const inherited of ["constructor", "__proto__", "outputs.toString"]) assert.equal(at(inherited), null);
    assert.deepEqual(valueAt(states, []), states);
  });

  test("what is none is refused", () => {
    for (const text of ["", ".", "atx.", "atx..leds", "atx[", "atx[x]", "a b"])
      assert.throws(() => statePath(text), ConfigurationError, text);
  });
});

describe("waiting for a value", SIDE_BY_SIDE, () => {
  const POWER = statePath("atx.leds.power");
  const isOn = (value: unknown) => value === true;

  test("what is true already counts at once, unless the next time is waited for", async (t) => {
    const { sim, kvm } = await bench(t, { power: true });
    assert.equal((await kvm.watch.until(POWER, isOn, { timeout: 5 })).value, true);
    const next = kvm.watch.until(POWER, isOn, { timeout: 5, next: true });
    await until(() => sim.sessions === 1);
    let isDone = false;
    void next.then(() => (isDone = true));
    sim.host.power = false;
    await kvm.watch.until(POWER, (value) => value === false, { timeout: 5 });
    assert.equal(isDone, false);
    sim.host.power = true;
    assert.equal((await next).value, true);
  });

  test("a condition that throws ends its wait, and nothing else", async (t) => {
    const { sim, kvm } = await bench(t);
    const throws = () => {
      throw new Error("no condition");
    };
    await assert.rejects(kvm.watch.until(POWER, throws, { timeout: 5 }), /no condition/);
    const wait = kvm.watch.until(POWER, isOn, { timeout: 5 });
    sim.host.power = true;
    assert.equal((await wait).value, true);
  });

  test("a relay that is being written is not taken for one that is off", async (t) => {
    const { sim, kvm } = await bench(t);
    sim.state.gpio.addOutput("fan", { state: true });
    const fan = (what: string, wanted: boolean) =>
      kvm.watch.until(statePath(`gpio.state.outputs.fan.${what}`), (value) => value === wanted, { timeout: 5 });
    const isOff = fan("state", false);
    let isDone = false;
    void isOff.then(() => (isDone = true));
    await fan("busy", false);
    const isBusy = fan("busy", true);
    await kvm.gpio.switch("fan", true, { wait: true });
    await isBusy;
    await fan("busy", false);
    assert.equal(isDone, false);
    await kvm.gpio.switch("fan", false, { wait: true });
    assert.equal((await isOff).value, false);
  });

  test("it must stay true for as long as it is said", async (t) => {
    const { sim, kvm } = await bench(t);
    const steady = kvm.watch.until(POWER, isOn, { timeout: 10, holdFor: 0.5 });
    await until(() => sim.sessions === 1);
    sim.host.power = true;
    await kvm.watch.until(POWER, isOn, { timeout: 5 });
    sim.host.power = false;
    await kvm.watch.until(POWER, (value) => value === false, { timeout: 5 });
    sim.host.power = true;
    const { waited } = await steady;
    assert.ok(waited >= 0.5);
  });

  test("what stays true is held, whatever it changes to meanwhile", async (t) => {
    const { sim, kvm } = await bench(t, { power: true });
    const stream = kvm.events();
    let changes = 0;
    stream.on("state", ({ kind }) => {
      if (kind === "atx") changes += 1;
    });
    const isKnown = (value: unknown) => typeof value === "boolean";
    const flicker = setInterval(() => (sim.host.power = !sim.host.power), 50);
    t.after(() => clearInterval(flicker));
    await kvm.watch.until(POWER, isKnown, { timeout: 60, holdFor: 2 });
    assert.ok(changes > 2, "it changed meanwhile");
    await stream.close();
  });

  test("what is typed by others holds nothing back: neither what was waited for, nor a timeout, nor a cancel", async (t) => {
    const { sim, kvm } = await bench(t);
    const abort = new AbortController();
    const waits = [
      kvm.watch.until(POWER, isOn, { timeout: 60 }),
      failure(kvm.watch.until(POWER, isOn, { timeout: 1 }), { name: "WaitTimeoutError" }),
      failure(kvm.watch.until(POWER, isOn, { timeout: 60, signal: abort.signal }), { name: "CancelledError" }),
    ];
    await until(() => sim.sessions === 1);
    const hanging = sim.faults.add({ kind: "hang", path: /^\/api\/hid/ });
    const typing = new AbortController();
    const typed = failure(kvm.hid.typeText("a", { signal: typing.signal }), { name: "CancelledError" });
    await until(() => hanging.hits === 1);
    await waits[1];
    abort.abort();
    await waits[2];
    sim.host.power = true;
    await waits[0];
    assert.equal(sim.sessions, 1, "no session ends while somebody types");
    hanging.remove();
    typing.abort();
    await typed;
    await until(() => sim.sessions === 0);
  });

  test("an outage meanwhile is sat out; what was true before it must be seen again", async (t) => {
    const { sim, kvm } = await bench(t);
    const waiting = kvm.watch.until(POWER, isOn, { timeout: 20 });
    await until(() => sim.sessions === 1);
    await sim.restart();
    await until(() => sim.sessions === 1);
    sim.host.power = true;
    assert.equal((await waiting).value, true);
  });

  test("the value that was seen last is told when the time is over", async (t) => {
    const { kvm } = await bench(t);
    const timeout = { timeout: 5 };
    const error = await failure(kvm.watch.until(POWER, isOn, timeout), {
      name: "WaitTimeoutError",
      code: "WAIT_TIMEOUT",
    });
    assert.equal((error as { lastValue?: unknown }).lastValue, false);
    assert.match(error.message, /atx\.leds\.power.*It was false/);
    const unknown = await failure(kvm.watch.until(statePath("nothing.here"), isOn, timeout), {
      name: "WaitTimeoutError",
    });
    assert.ok(!("lastValue" in unknown));
    assert.match(unknown.message, /reports nothing there. There are: .*\batx\b/);
  });

  test("a path that leads nowhere, and a time to stay that is too long, are told when the time is over", async (t) => {
    const { kvm } = await bench(t, { power: true });
    const [misspelt, tooLong] = await Promise.all([
      failure(kvm.watch.until(statePath("atx.leds.pwr"), isOn, { timeout: 3 }), { name: "WaitTimeoutError" }),
      failure(kvm.watch.until(POWER, isOn, { timeout: 3, holdFor: 5 }), { name: "WaitTimeoutError" }),
    ]);
    assert.match(misspelt.message, /reports nothing there. There are: power, hdd\./);
    assert.match(tooLong.message, /was not as wanted for 5 s within 3 s/);
  });

  test("a part of the information that is not reported yet is not taken for one that is empty", async (t) => {
    const { kvm } = await bench(t);
    const temperature = statePath("info.health.temp.cpu");
    const changed = (value: unknown, first: unknown) => value !== first;
    await failure(kvm.watch.until(temperature, changed, { timeout: 2 }), { name: "WaitTimeoutError" });
    assert.equal(typeof (await kvm.watch.until(temperature, (value) => value !== 0, { timeout: 5 })).value, "number");
  });

  test("a device that cannot be reached, or refuses, is told at once", async (t) => {
    const { kvm } = await bench(t, {}, { password: "wrong" });
    await failure(kvm.watch.until(POWER, isOn, { timeout: 60 }), { name: "AuthError" });
    const { kvm: away } = await bench(t, {}, { address: "127.0.0.1:1" });
    await failure(away.watch.until(POWER, isOn, { timeout: 60 }), { name: "ConnectError" });
  });

  test("five hundred waits are one connection, and leave nothing behind when they are cancelled", async (t) => {
    const { sim, kvm } = await bench(t);
    const abort = new AbortController();
    const waits = Array.from({ length: 500 }, () =>
      failure(kvm.watch.until(POWER, isOn, { timeout: 60, signal: abort.signal }), { name: "CancelledError" }),
    );
    await until(() => sim.sessions === 1);
    abort.abort();
    await Promise.all(waits);
    await until(() => sim.sessions === 0);
    assert.equal(sim.sessionsOpened, 1);
  });

  test("times out of range are refused", async (t) => {
    const { kvm } = await bench(t);
    await failure(kvm.watch.until(POWER, isOn, { timeout: -1 }), { name: "ConfigurationError" });
    await failure(kvm.watch.until(POWER, isOn, { timeout: 1, holdFor: NaN }), { name: "ConfigurationError" });
  });
});
