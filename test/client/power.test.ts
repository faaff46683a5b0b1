import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test, type TestContext } from "node:test";
import type { Power, PowerResult } from "../../src/client";
import { manualClock, scaledClock, type Simulator, type SimulatorOptions } from "../../src/simulator";
import { until } from "../harness/until";
import { bench, client, failure, posts, SIDE_BY_SIDE } from "./kit";

/** A device whose time runs fast. */
const quick = (t: TestContext, options: SimulatorOptions = {}) => bench(t, { clock: scaledClock(20), ...options });

/** What was pressed, and whether for long. */
const pressed = (sim: Simulator) =>
  sim.host.presses.map(({ line, duration }) => ((duration ?? 0) > 3000 ? `${line} long` : line));
/** Before the press, after it and when the wait begins; then when the button is down, when it is up and when the LED is on. */
const LOOKS = 6;
const asked = (sim: Simulator) => sim.requests.filter(({ method }) => method === "POST").map(({ query }) => query);

describe("power", SIDE_BY_SIDE, () => {
  describe("atx, call by call", SIDE_BY_SIDE, () => {
    const calls: [
      string,
      (atx: Awaited<ReturnType<typeof bench>>["kvm"]["atx"]) => Promise<void>,
      string,
      object,
      boolean,
      string[],
    ][] = [
      ["powerOn when off", (atx) => atx.powerOn(), "power", { action: "on", wait: "0" }, false, ["power"]],
      ["powerOn when on", (atx) => atx.powerOn(), "power", { action: "on", wait: "0" }, true, []],
      ["powerOff", (atx) => atx.powerOff({ wait: true }), "power", { action: "off", wait: "1" }, true, ["power"]],
      [
        "powerOffHard",
        (atx) => atx.powerOffHard({ wait: true }),
        "power",
        { action: "off_hard", wait: "1" },
        true,
        ["power long"],
      ],
      ["resetHard", (atx) => atx.resetHard(), "power", { action: "reset_hard", wait: "0" }, true, ["reset"]],
      ["clickPower", (atx) => atx.clickPower(), "click", { button: "power", wait: "0" }, true, ["power"]],
      [
        "clickPowerLong",
        (atx) => atx.clickPowerLong({ wait: true }),
        "click",
        { button: "power_long", wait: "1" },
        false,
        ["power long"],
      ],
      ["clickReset", (atx) => atx.clickReset(), "click", { button: "reset", wait: "0" }, false, ["reset"]],
    ];
    for (const [title, call, path, query, power, presses] of calls) {
      test(title, async (t) => {
        const { sim, kvm } = await quick(t, { power });
        await call(kvm.atx);
        assert.deepEqual(posts(sim), [`/api/atx/${path}`]);
        assert.deepEqual(asked(sim), [query]);
        assert.deepEqual(pressed(sim), presses);
      });
    }

    test("the state is the device's, unchanged", async (t) => {
      const { sim, kvm } = await quick(t, { power: true });
      assert.deepEqual(await kvm.atx.getState(), sim.state.atx.state());
    });
  });

  describe("power: looks first, presses at most once, waits as asked", SIDE_BY_SIDE, () => {
    type Verb =
      | "on"
      | "off"
      | "offHard"
      | "resetHard"
      | "click"
      | "clickLong"
      | "clickReset"
      | "ensureOn"
      | "ensureOff"
      | "powerOrReset";
    /** Verb, LED before; then what is pressed, and the LED at last. */
    const verbs: [Verb, boolean, string[], boolean][] = [
      ["on", false, ["power"], true],
      ["on", true, [], true],
      ["off", true, ["power"], false],
      ["off", false, [], false],
      ["offHard", true, ["power long"], false],
      ["offHard", false, [], false],
      ["resetHard", true, ["reset"], true],
      ["resetHard", false, [], false],
      ["click", false, ["power"], true],
      ["click", true, ["power"], false],
      ["clickLong", true, ["power long"], false],
      ["clickReset", true, ["reset"], true],
      ["ensureOn", false, ["power"], true],
      ["ensureOn", true, [], true],
      ["ensureOff", true, ["power"], false],
      ["ensureOff", false, [], false],
      ["powerOrReset", false, ["power"], true],
      ["powerOrReset", true, ["reset"], true],
    ];
    for (const [verb, before, presses, after] of verbs) {
      for (const wait of ["accepted", "finished", "led"] as const) {
        test(`${verb}, when ${before ? "on" : "off"}, waiting until ${wait}`, async (t) => {
          const { sim, kvm } = await quick(t, { power: before });
          const result: PowerResult = await kvm.power[verb]({ wait });
          assert.equal(result.pressed, presses.length > 0);
          if (wait === "led" && presses[0] !== "reset") assert.equal(result.state?.leds.power, after);
          await until(() => pressed(sim).join() === presses.join() && sim.host.power === after, {
            what: `${presses.join()} and ${String(after)}`,
          });
        });
      }
    }

    test("accepted answers while the button is still down, finished after it", async (t) => {
      const { sim, kvm } = await bench(t, { clock: scaledClock(5) });
      const { state } = await kvm.power.click({ wait: "accepted" });
      assert.equal(state?.acts?.power, true);
      await until(async () => !(await kvm.power.getState()).busy);
      const after = await kvm.power.click();
      assert.equal(after.state?.busy, false);
      assert.deepEqual(
        asked(sim).map(({ wait }) => wait),
        ["0", "1"],
      );
    });

    test("the LED is watched over the event connection where one is open", async (t) => {
      const { sim, kvm } = await quick(t, { ledDelay: 60_000 });
      await once(kvm.events(), "state");
      // Less than the time after which it would look anyway.
      await kvm.power.ensureOn({ timeout: 4.5 });
      const looks = sim.requests.filter(({ method, path }) => method === "GET" && path === "/api/atx").length;
      assert.ok(looks <= LOOKS, `${looks} looks`);
    });

    test("an LED that does not follow is told, with what to do", async (t) => {
      const { sim, kvm } = await quick(t, { ignoresPowerButton: true });
      const expected = {
        name: "WaitTimeoutError",
        kinds: ["WaitTimeoutError", "PiKVMError"],
        code: "WAIT_TIMEOUT",
        retryable: false,
        outcome: undefined,
      };
      await failure(kvm.power.ensureOn({ timeout: 0.2 }), {
        ...expected,
        message: /LED was not on 0\.2 s after.*cable/,
      });
      await failure(kvm.power.click({ wait: "led", timeout: 0.2 }), {
        ...expected,
        message: /not another than before/,
      });
      assert.equal(sim.host.presses.length, 2);
    });

    test("the device being away for a moment does not end the wait", async (t) => {
      const { sim, kvm } = await quick(t, { ledDelay: 20_000 });
      const on = kvm.power.ensureOn();
      await until(() => sim.host.presses.length === 1);
      sim.faults.add({ kind: "proxy-error", method: "GET", times: 1 });
      assert.equal((await on).state?.leds.power, true);
    });

    const fresh: [Verb, string[]][] = [
      ["on", []],
      ["off", ["power"]],
      ["powerOrReset", ["reset"]],
    ];
    for (const [verb, presses] of fresh) {
      test(`${verb} looks again where kvmd has just started, and has not read the LED yet`, async (t) => {
        const clock = manualClock();
        const { sim, kvm } = await bench(t, { clock, power: true });
        sim.kill();
        await failure(kvm.atx.getState(), { name: "APIError", statusCode: 502 });
        await sim.restart();
        const before = sim.requests.length;
        const result = kvm.power[verb]({ wait: "accepted" });
        await until(() => sim.requests.length > before);
        await clock.advance(100);
        assert.equal((await result).pressed, presses.length > 0);
        assert.deepEqual(pressed(sim), presses);
      });
    }

    test("an LED that kvmd has not read yet does not confirm that the computer is off", async (t) => {
      const clock = manualClock();
      const { sim, kvm } = await bench(t, { clock, power: true, ignoresShutdown: true });
      let isOver = false;
      const off = kvm.power.ensureOff().finally(() => (isOver = true));
      await until(() => sim.host.presses.length === 1);
      await clock.advance(1200);
      sim.kill();
      const away = sim.requests.length;
      await until(() => sim.requests.length > away + 1);
      await sim.restart();
      const looks = sim.requests.length;
      await until(() => sim.requests.length > looks);
      await clock.advance(100);
      await until(() => sim.requests.length > looks + 1);
      assert.equal(isOver, false);
      sim.host.power = false;
      assert.equal((await off).state?.leds.power, false);
    });

    test("a login that is refused meanwhile ends the wait", async (t) => {
      const { sim, kvm } = await quick(t, { ignoresPowerButton: true });
      const on = failure(kvm.power.ensureOn(), { name: "AuthError" });
      await until(() => sim.host.presses.length === 1);
      sim.state.auth.account = { user: "admin", passwd: "changed" };
      await on;
    });

    test("after a press that worked, a look that fails is no failure", async (t) => {
      const { sim, kvm } = await quick(t);
      const press = kvm.power.on();
      await until(() => sim.host.presses.length === 1);
      sim.faults.add({ kind: "proxy-error", method: "GET" });
      assert.deepEqual(await press, { pressed: true, state: null });
    });

    const twice: [string, SimulatorOptions, (power: Power) => Promise<PowerResult>, boolean][] = [
      ["ensureOn", { ledDelay: 7000 }, (power) => power.ensureOn(), true],
      ["ensureOff", { power: true, shutdownDelay: 7000 }, (power) => power.ensureOff(), false],
    ];
    for (const [title, options, call, after] of twice) {
      test(`two ${title} at once press once, however slow the LED`, async (t) => {
        // In real time: longer than the LED is given when nobody watches it.
        const { sim, kvm } = await bench(t, options);
        const results = await Promise.all([call(kvm.power), call(kvm.power)]);
        assert.deepEqual(
          results.map(({ pressed }) => pressed),
          [true, false],
        );
        assert.deepEqual(
          results.map(({ state }) => state?.leds.power),
          [after, after],
        );
        assert.equal(sim.host.presses.length, 1);
      });
    }

    test("on, then on again before the LED follows: pressed once", async (t) => {
      const { sim, kvm } = await bench(t, { ledDelay: 1500 });
      await kvm.power.on({ wait: "accepted" });
      assert.equal((await kvm.power.on({ wait: "accepted" })).pressed, false);
      assert.equal(sim.host.presses.length, 1);
    });

    test("off right after on waits until the LED says on, and then switches off", async (t) => {
      const { sim, kvm } = await bench(t, { ledDelay: 1500, shutdownDelay: 2000 });
      const on = kvm.power.ensureOn();
      const off = await kvm.power.ensureOff();
      await on;
      assert.equal(off.pressed, true);
      assert.equal(sim.host.power, false);
    });

    test("a press whose answer is lost counts as made", async (t) => {
      const { sim, kvm } = await bench(t, { ledDelay: 1500 });
      sim.faults.add({ kind: "reset", after: true, method: "POST", times: 1 });
      await failure(kvm.power.on({ wait: "accepted" }), { name: "ConnectError", outcome: "unknown" });
      assert.equal((await kvm.power.ensureOn()).pressed, false);
      assert.equal(sim.host.presses.length, 1);
    });

    test("holding the button does not wait for a shutdown that is being watched", async (t) => {
      const { sim, kvm } = await quick(t, { power: true, ignoresShutdown: true });
      const soft = kvm.power.ensureOff({ timeout: 20 });
      await until(() => pressed(sim).length === 1 && !sim.state.atx.state().busy);
      assert.equal((await kvm.power.offHard({ wait: "led" })).pressed, true);
      assert.equal((await soft).state?.leds.power, false);
      assert.deepEqual(pressed(sim), ["power", "power long"]);
    });

    test("ensureOff holds the button when the short press did not help in time", async (t) => {
      const { sim, kvm } = await quick(t, { power: true, ignoresShutdown: true });
      const { pressed: done, state } = await kvm.power.ensureOff({ hardAfter: 0.3 });
      assert.deepEqual([done, state?.leds.power], [true, false]);
      assert.deepEqual(pressed(sim), ["power", "power long"]);
    });

    test("ensureOff does not hold it when the short press helped, or when something else went wrong", async (t) => {
      const { sim, kvm } = await quick(t, { power: true });
      await kvm.power.ensureOff({ hardAfter: 5 });
      assert.deepEqual(pressed(sim), ["power"]);
      sim.host.power = true;
      sim.faults.add({ kind: "status", code: 500, method: "POST" });
      await failure(kvm.power.ensureOff({ hardAfter: 5 }), { name: "APIError", statusCode: 500 });
      assert.equal(posts(sim).length, 2);
    });

    test("cycle: off, a pause, on; what is off is just switched on", async (t) => {
      const { sim, kvm } = await quick(t, { power: true });
      assert.equal((await kvm.power.cycle({ offTime: 0.1 })).pressed, true);
      assert.deepEqual(pressed(sim), ["power", "power"]);
      assert.equal(sim.host.power, true);
      const off = await quick(t);
      await off.kvm.power.cycle({ offTime: 60 });
      assert.deepEqual(pressed(off.sim), ["power"]);
    });

    test("cycle can be cancelled in its pause", async (t) => {
      const { sim, kvm } = await quick(t, { power: true });
      const abort = new AbortController();
      const cycle = failure(kvm.power.cycle({ offTime: 60, signal: abort.signal }), {
        name: "CancelledError",
        outcome: undefined,
      });
      await until(() => !sim.host.power);
      abort.abort();
      await cycle;
      assert.equal(sim.host.presses.length, 1);
    });

    test("ATX switched off on the device is the device's error, whatever the LED seems to say", async (t) => {
      const { sim, kvm } = await quick(t);
      sim.state.atx.enabled = false;
      for (const call of [
        kvm.power.on(),
        kvm.power.off(),
        kvm.power.ensureOff(),
        kvm.power.resetHard(),
        kvm.power.click(),
      ]) {
        await failure(call, {
          name: "APIError",
          statusCode: 400,
          error: "AtxDisabledError",
          errorMsg: "ATX is disabled",
        });
      }
      assert.equal((await kvm.power.getState()).enabled, false);
    });
  });

  describe("a button that somebody else presses", SIDE_BY_SIDE, () => {
    test("is busy at once without a time to try again", async (t) => {
      const clock = manualClock();
      const { sim, kvm } = await bench(t, { clock });
      const other = await client(t, { address: sim.url });
      await other.atx.clickPower();
      await failure(kvm.atx.clickPower(), {
        name: "BusyError",
        error: "AtxIsBusyError",
        retryable: true,
        outcome: undefined,
      });
      await failure(kvm.power.click(), { name: "BusyError" });
      await clock.advance(10_000);
      assert.equal(sim.host.presses.length, 1);
    });

    test("a 409 of something before the device is not tried again: it may have come after the press", async (t) => {
      const { sim, kvm } = await bench(t);
      sim.faults.add({ kind: "status", code: 409, method: "POST", after: true, times: 1 });
      await failure(kvm.atx.clickReset({ busyRetry: 5 }), { name: "BusyError", outcome: "unknown" });
      assert.equal(sim.host.presses.length, 1);
    });

    test("is tried again while there is time, and pressed once", async (t) => {
      const { sim, kvm } = await bench(t);
      const other = await client(t, { address: sim.url });
      await other.atx.clickReset();
      await kvm.atx.clickReset({ busyRetry: 5 });
      await other.atx.clickPower();
      await kvm.power.click({ busyRetry: 5 });
      assert.equal(sim.host.presses.length, 4);
    });

    test("on: who was busy may have switched it on, then nothing is pressed", async (t) => {
      // Slow enough to be looked at in between, also on a busy machine.
      const { sim, kvm } = await bench(t, { ledDelay: 500, clock: scaledClock(0.3) });
      const other = await client(t, { address: sim.url });
      await other.atx.clickPower();
      assert.deepEqual((await kvm.power.ensureOn({ busyRetry: 10 })).pressed, false);
      assert.equal(sim.host.presses.length, 1);
    });

    test("the time to try again ends, with the device's answer", async (t) => {
      const { sim, kvm } = await bench(t);
      // The time is for trying again, not for the first connection.
      await kvm.atx.getState();
      const body = '{"ok": false, "result": {"error": "AtxIsBusyError", "error_msg": "busy"}}';
      sim.faults.add({ kind: "status", code: 409, body });
      await failure(kvm.atx.clickPower({ busyRetry: 3 }), { name: "BusyError" });
      const sent = posts(sim).length;
      assert.ok(sent >= 2, `${sent} attempts`);
      const abort = new AbortController();
      const cancelled = failure(kvm.msd.reset({ busyRetry: 60, signal: abort.signal }), { name: "CancelledError" });
      await until(() => posts(sim).length === sent + 1);
      abort.abort();
      await cancelled;
    });
  });
});
