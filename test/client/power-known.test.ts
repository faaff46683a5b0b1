import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test, type TestContext } from "node:test";
import { PiKVM, type PiKVMOptions, type PowerSettings } from "../../src/client";
import { scaledClock, type Simulator, type SimulatorOptions } from "../../src/simulator";
import { until } from "../harness/until";
import { bench, failure, posts, SIDE_BY_SIDE } from "./kit";

/** Seconds: as short as they may be. */
const OFF_AFTER = 1;

type Source = NonNullable<PowerSettings["knownBy"]>;
type Presser = NonNullable<PowerSettings["pressedBy"]>;

const OUTPUTS = { powerOutput: "Front panel Power", resetOutput: "reset" };

/** A computer without a power LED, whose power shows in all other ways, and that two outputs may press. */
async function wired(
  t: TestContext,
  settings: PowerSettings,
  { power = false, ...options }: SimulatorOptions = {},
  client: Partial<PiKVMOptions> = {},
) {
  const both = await bench(
    t,
    { clock: scaledClock(20), power, ...options },
    { power: { offAfter: OFF_AFTER, input: "sense", ...OUTPUTS, ...settings }, ...client },
  );
  const { gpio, wiring, hid } = both.sim.state;
  gpio.addInput("sense", { state: power });
  gpio.addOutput("button", { pulse: { delay: 0.2, min: 0.1, max: 10 } });
  gpio.addOutput("reset", { switch: false, pulse: { delay: 0.2, min: 0.2, max: 1 } });
  const table = [
    [
      { type: "label", text: "Front panel" },
      { type: "output", channel: "button", text: "Power", confirm: false },
    ],
  ];
  gpio.model = { ...gpio.model, view: { header: { title: [] }, table } };
  wiring.connect({ led: settings.knownBy === "led", usbFollowsPower: true, input: "sense", power: "button", reset: "reset" }); // prettier-ignore
  // As long as the device runs, somebody has moved the mouse.
  if (power) Object.assign(hid.gadget.online, { keyboard: true, mouse: true });
  return both;
}

/** What was pressed, and whether for long. */
const pressed = (sim: Simulator) =>
  sim.host.presses.map(({ line, duration }) => ((duration ?? 0) > 3000 ? `${line} long` : line));

/** Actions; what is pressed and whether the computer is on at last, for one that was off, and one that was on. */
const ACTIONS: [string, (kvm: PiKVM) => Promise<unknown>, off: [string[], boolean], on: [string[], boolean]][] = [
  ["on", (kvm) => kvm.power.on(), [["power"], true], [[], true]],
  ["off", (kvm) => kvm.power.off(), [[], false], [["power"], false]],
  ["offHard", (kvm) => kvm.power.offHard(), [[], false], [["power long"], false]],
  ["resetHard", (kvm) => kvm.power.resetHard(), [[], false], [["reset"], true]],
  ["ensureOn", (kvm) => kvm.power.ensureOn(), [["power"], true], [[], true]],
  ["ensureOff", (kvm) => kvm.power.ensureOff(), [[], false], [["power"], false]],
  ["powerOrReset", (kvm) => kvm.power.powerOrReset(), [["power"], true], [["reset"], true]],
  ["cycle", (kvm) => kvm.power.cycle({ offTime: 0.1 }), [["power"], true], [["power", "power"], true]],
  ["click", (kvm) => kvm.power.click(), [["power"], true], [["power"], false]],
  ["clickLong", (kvm) => kvm.power.clickLong(), [["power long"], true], [["power long"], false]],
  ["clickReset", (kvm) => kvm.power.clickReset(), [["reset"], false], [["reset"], true]],
  ["getState", (kvm) => kvm.power.getState(), [[], false], [[], true]],
];

// One way after the other: all at once are more devices than a small computer can keep up with.
describe("power", () => {
  const ways: [Source, Presser][] = [
    ["gpio", "atx"],
    ["video", "atx"],
    ["usb", "atx"],
    ["led", "gpio"],
    ["gpio", "gpio"],
    ["video", "gpio"],
    ["usb", "gpio"],
  ];
  for (const [knownBy, pressedBy] of ways)
    describe(`known by ${knownBy}, pressed by ${pressedBy}`, SIDE_BY_SIDE, () => {
      for (const [action, act, off, on] of ACTIONS)
        for (const power of [false, true])
          test(`${action} of a computer that is ${power ? "on" : "off"}`, async (t) => {
            const { sim, kvm } = await wired(t, { knownBy, pressedBy }, { power });
            await act(kvm);
            const [presses, isOn] = power ? on : off;
            assert.deepEqual(pressed(sim), presses);
            await until(() => sim.host.power === isOn);
            const others = posts(sim).filter((path) => !path.startsWith(pressedBy === "atx" ? "/api/atx/click" : "/api/gpio/pulse")); // prettier-ignore
            assert.ok(others.every((path) => knownBy === "usb" && path === "/api/hid/events/send_mouse_wheel"), String(others)); // prettier-ignore
          });
    });

  test("the state has it where the LED is otherwise", async (t) => {
    for (const knownBy of ["gpio", "video", "usb"] as const) {
      const { sim, kvm } = await wired(t, { knownBy }, { power: true });
      assert.deepEqual(await kvm.power.getState(), { ...sim.state.atx.state(), leds: { power: true, hdd: false } });
    }
  });
});

describe("power that nothing knows", SIDE_BY_SIDE, () => {
  for (const pressedBy of ["atx", "gpio"] as const)
    for (const [action, act] of ACTIONS)
      test(`${action}, pressed by ${pressedBy}`, async (t) => {
        const { sim, kvm } = await wired(t, { knownBy: "nothing", pressedBy }, { power: true });
        if (action.startsWith("click")) {
          assert.deepEqual(await act(kvm), { pressed: true, state: null });
          assert.equal(pressed(sim).length, 1);
          return;
        }
        await failure(act(kvm), { name: "ConfigurationError", code: "POWER_UNKNOWN", message: /click_power/ });
        assert.deepEqual(posts(sim), []);
      });

  test("a click cannot be confirmed", async (t) => {
    const { sim, kvm } = await wired(t, { knownBy: "nothing" });
    await failure(kvm.power.click({ wait: "led" }), { name: "ConfigurationError", code: "POWER_UNKNOWN" });
    assert.deepEqual(posts(sim), []);
  });

  test("is not reported and not waited for", async (t) => {
    const { kvm } = await wired(t, { knownBy: "nothing" });
    const stream = kvm.events({ power: true });
    const [problem] = (await once(stream, "problem")) as [{ code: string }];
    assert.equal(problem.code, "POWER_UNKNOWN");
    const path = { text: "power", kind: "power", keys: [] };
    await failure(kvm.watch.until(path, () => true, { timeout: 60 }), { name: "ConfigurationError", code: "POWER_UNKNOWN" }); // prettier-ignore
  });
});

describe("power that cannot be known now", SIDE_BY_SIDE, () => {
  const causes: [string, Source, (sim: Simulator) => void, RegExp][] = [
    ["the input does not answer", "gpio", (sim) => sim.state.gpio.setOnline("sense", false), /input sense does not/],
    ["ATX is switched off", "led", (sim) => (sim.state.atx.enabled = false), /ATX board is switched off/],
  ];
  for (const [cause, knownBy, spoil, message] of causes)
    test(`because ${cause}: nothing is pressed`, async (t) => {
      const { sim, kvm } = await wired(t, { knownBy, pressedBy: "gpio" });
      spoil(sim);
      await failure(kvm.power.ensureOn(), { name: "UnavailableError", code: "POWER_UNKNOWN", message });
      assert.deepEqual(posts(sim), []);
      assert.deepEqual(await kvm.power.click(), { pressed: true, state: null });
    });

  for (const [input, code, message] of [
    ["nothing", "INVALID_INPUT", /no channel "nothing"/],
    ["button", "NO_INPUT", /button \(Front panel Power\) is no input/],
    ["", "INVALID_INPUT", /No channel is named/],
  ] as const)
    test(`because the input is "${input}"`, async (t) => {
      const { sim, kvm } = await wired(t, { knownBy: "gpio", input });
      await failure(kvm.power.on(), { name: "ConfigurationError", code, message });
      assert.deepEqual(posts(sim), []);
    });
});

describe("power known by the video", SIDE_BY_SIDE, () => {
  test("a computer that shows nothing for a moment is on", async (t) => {
    const { sim, kvm } = await wired(t, { knownBy: "video", offAfter: 3 }, { power: true });
    const { source } = sim.state.streamer;
    source.signal = false;
    const on = kvm.power.ensureOn();
    await until(() => sim.requests.filter(({ path }) => path === "/api/streamer").length > 3);
    source.signal = true;
    assert.equal((await on).pressed, false);
    assert.deepEqual(posts(sim), []);
  });

  test("the video ends some time after it", async (t) => {
    const { sim, kvm } = await wired(t, { knownBy: "video" }, { power: true }, { videoIdle: 0 });
    await kvm.power.on();
    await until(() => sim.sessions === 0);
    assert.equal(sim.sessionsOpened, 1);
  });

  test("that the device does not run is an error, and nothing is pressed; a click needs none", async (t) => {
    const { sim, kvm } = await wired(t, { knownBy: "video" });
    sim.state.streamer.ustreamer.starts = false;
    await failure(kvm.power.on(), { name: "UnavailableError", code: "POWER_UNKNOWN", cause: true });
    assert.deepEqual(posts(sim), []);
    const sessions = sim.sessionsOpened;
    assert.equal((await kvm.power.click()).pressed, true);
    assert.equal(sim.sessionsOpened, sessions);
  });
});

describe("power known by USB", SIDE_BY_SIDE, () => {
  test("one that came back while nobody used keyboard and mouse is on, and not pressed", async (t) => {
    const { sim, kvm } = await wired(t, { knownBy: "usb" });
    sim.host.power = true;
    assert.deepEqual(sim.state.hid.gadget.online, { keyboard: false, mouse: false });
    assert.equal((await kvm.power.ensureOn()).pressed, false);
    assert.deepEqual(sim.host.presses, []);
    assert.deepEqual(posts(sim), ["/api/hid/events/send_mouse_wheel"]);
  });

  test("what only reports sends nothing, and so does a device set to read only", async (t) => {
    const { sim, kvm } = await wired(t, { knownBy: "usb" });
    await kvm.power.getState();
    const readOnly = await wired(t, { knownBy: "usb" }, {}, { readOnly: true });
    await failure(readOnly.kvm.power.on(), { name: "ConfigurationError" });
    assert.deepEqual([...posts(sim), ...posts(readOnly.sim)], []);
  });
});

describe("power that shows late", SIDE_BY_SIDE, () => {
  for (const knownBy of ["video", "usb"] as const) {
    test(`by ${knownBy}: two at a time press once, and so do two in a row`, async (t) => {
      const { sim, kvm } = await wired(t, { knownBy }, { ledDelay: 30_000 });
      await kvm.power.on({ wait: "accepted" });
      const results = await Promise.all([kvm.power.ensureOn(), kvm.power.on()]);
      assert.deepEqual(
        results.map(({ pressed }) => pressed),
        [false, false],
      );
      assert.deepEqual(pressed(sim), ["power"]);
    });

    test(`by ${knownBy}: the button is not held only because it takes time to believe that it is off`, async (t) => {
      const { sim, kvm } = await wired(t, { knownBy, offAfter: 2 }, { power: true });
      await kvm.power.ensureOff({ hardAfter: 1.5 });
      assert.deepEqual(pressed(sim), ["power"]);
    });
  }
});

describe("buttons at outputs", SIDE_BY_SIDE, () => {
  const call = (knownBy: Source, settings: PowerSettings) => ({ knownBy, pressedBy: "gpio" as const, ...settings });
  const refused: [string, PowerSettings, (kvm: PiKVM) => Promise<unknown>, object][] = [
    ["no output", { powerOutput: "" }, (kvm) => kvm.power.click(), { code: "NOT_CONFIGURED", message: /power button/ }],
    ["no reset", { resetOutput: " " }, (kvm) => kvm.power.clickReset(), { code: "NOT_CONFIGURED", message: /reset/ }],
    ["another", { powerOutput: "nope" }, (kvm) => kvm.power.click(), { message: /no channel "nope"/ }],
    ["an input", { powerOutput: "sense" }, (kvm) => kvm.power.click(), { code: "INPUT_CHANNEL" }],
    ["a switch", { powerOutput: "lamp" }, (kvm) => kvm.power.click(), { code: "CANNOT_PULSE" }],
    ["too short for long", { powerOutput: "reset" }, (kvm) => kvm.power.clickLong(), { code: "PULSE_LENGTH", message: /for 1 s at most.*5\.5 s/ }], // prettier-ignore
    ["too short for offHard", { powerOutput: "reset" }, (kvm) => kvm.power.offHard(), { code: "PULSE_LENGTH" }],
    ["too short later", { powerOutput: "reset" }, (kvm) => kvm.power.ensureOff({ hardAfter: 1 }), { code: "PULSE_LENGTH" }], // prettier-ignore
    ["too short in a cycle", { powerOutput: "reset" }, (kvm) => kvm.power.cycle({ hardAfter: 1 }), { code: "PULSE_LENGTH" }], // prettier-ignore
    [
      "too long",
      { powerOutput: "long" },
      (kvm) => kvm.power.click(),
      { code: "PULSE_LENGTH", message: /3 s and more/ },
    ],
  ];
  for (const [what, settings, act, expected] of refused)
    test(`${what}: refused before anything is pressed`, async (t) => {
      const { sim, kvm } = await wired(t, call("gpio", settings), { power: true });
      sim.state.gpio.addOutput("lamp");
      sim.state.gpio.addOutput("long", { pulse: { delay: 3, min: 3, max: 6 } });
      await failure(act(kvm), { name: "ConfigurationError", ...expected });
      assert.deepEqual(posts(sim), []);
    });

  test("a reset output that is none does not matter before it is pressed", async (t) => {
    const { sim, kvm } = await wired(t, call("gpio", { resetOutput: "nope" }), { power: true });
    assert.equal((await kvm.power.on()).pressed, false);
    await failure(kvm.power.resetHard(), { name: "ConfigurationError", message: /no channel "nope"/ });
    assert.deepEqual(posts(sim), []);
  });

  test("a computer that is off already needs no long press", async (t) => {
    const { kvm } = await wired(t, call("gpio", { powerOutput: "reset" }));
    assert.equal((await kvm.power.ensureOff({ hardAfter: 1 })).pressed, false);
  });

  for (const [what, output, act, delay] of [
    ["the output's own", { delay: 0.2, min: 0.1, max: 10 }, (kvm: PiKVM) => kvm.power.click(), "0"],
    ["a shorter one where that is long", { delay: 5, min: 0.1, max: 10 }, (kvm: PiKVM) => kvm.power.click(), "0.5"],
    ["5.5 s to hold", { delay: 0.2, min: 0.1, max: 5.5 }, (kvm: PiKVM) => kvm.power.clickLong(), "5.5"],
    ["longer where it must be", { delay: 6, min: 6, max: 8 }, (kvm: PiKVM) => kvm.power.clickLong(), "6"],
  ] as const)
    test(`one pulse: ${what}`, async (t) => {
      const { sim, kvm } = await wired(t, call("nothing", { powerOutput: "own" }));
      sim.state.gpio.addOutput("own", { switch: false, pulse: output });
      await act(kvm);
      const pulses = sim.requests.flatMap(({ method, query }) => (method === "POST" ? [query] : []));
      assert.deepEqual(pulses, [{ channel: "own", delay, wait: "1" }]);
    });

  test("whose driver does not answer are not pressed, also where nobody waits", async (t) => {
    const { sim, kvm } = await wired(t, call("nothing", {}));
    sim.state.gpio.setOnline("button", false);
    await failure(kvm.power.click({ wait: "accepted" }), { name: "UnavailableError", code: "GPIO_OFFLINE" });
    assert.deepEqual(posts(sim), []);
  });

  test("whose driver fails meanwhile may be pressed still, and are not pressed again", async (t) => {
    // Slow enough to be seen in between, also on a busy machine.
    const { sim, kvm } = await wired(t, call("gpio", {}), { clock: scaledClock(0.2) });
    const click = kvm.power.click({ busyRetry: 5 });
    await until(() => sim.state.gpio.channels.outputs["button"]?.busy);
    sim.state.gpio.setOnline("button", false);
    await failure(click, {
      name: "APIError",
      code: "GPIO_OFFLINE",
      outcome: "unknown",
      error: "GpioDriverOfflineError",
    });
    assert.equal(posts(sim).length, 1);
  });

  test("two at a time press once", async (t) => {
    const { sim, kvm } = await wired(t, call("gpio", {}), { ledDelay: 20_000 });
    const results = await Promise.all([kvm.power.ensureOn(), kvm.power.ensureOn(), kvm.power.on()]);
    assert.equal(results.filter(({ pressed }) => pressed).length, 1);
    assert.deepEqual(pressed(sim), ["power"]);
  });

  test("that somebody else presses are busy", async (t) => {
    const { sim, kvm } = await wired(t, call("nothing", {}));
    await kvm.gpio.pulse("button", { delay: 10 });
    await failure(kvm.power.click(), { name: "BusyError" });
    assert.equal(pressed(sim).length, 1);
    assert.equal((await kvm.power.click({ busyRetry: 5 })).pressed, true);
  });

  test("are not pressed on a device set to read only", async (t) => {
    const { sim, kvm } = await wired(t, call("gpio", {}), {}, { readOnly: true });
    await failure(kvm.power.on(), { name: "ConfigurationError", message: /read-only/ });
    assert.deepEqual(posts(sim), []);
  });
});

test("a press that is not confirmed says by what", async (t) => {
  const { kvm } = await wired(t, { knownBy: "gpio" }, { ignoresPowerButton: true });
  await failure(kvm.power.ensureOn({ timeout: 0.2 }), {
    name: "WaitTimeoutError",
    message: /The GPIO input sense did not show the computer as on 0\.2 s after/,
  });
});

test("a time out of range is refused when it is opened", async () => {
  for (const offAfter of [0, 301, NaN]) {
    const kvm = new PiKVM({ address: "127.0.0.1:1", power: { knownBy: "video", offAfter } });
    await failure(kvm.open(), { name: "ConfigurationError", message: /1 to 300 s/ });
  }
});

describe("power, waited for and reported", SIDE_BY_SIDE, () => {
  const path = { text: "power", kind: "power", keys: [] };
  for (const knownBy of ["gpio", "video"] as const)
    test(`known by ${knownBy}`, async (t) => {
      const { sim, kvm } = await wired(t, { knownBy }, {}, { videoIdle: 0 });
      const off = await kvm.watch.until(path, (value) => value === "off", { timeout: 60 });
      assert.ok(off.waited >= OFF_AFTER, String(off.waited));
      const on = kvm.watch.until(path, (value) => value === "on", { timeout: 60 });
      await until(() => sim.sessions > 0);
      sim.host.power = true;
      await on;
      await until(() => sim.sessions === 0);
    });

  test("known by USB, as the device tells it", async (t) => {
    const { sim, kvm } = await wired(t, { knownBy: "usb" }, { power: true });
    await kvm.watch.until(path, (value) => value === "on", { timeout: 60 });
    const off = kvm.watch.until(path, (value) => value === "off", { timeout: 60 });
    await until(() => sim.sessions > 0);
    sim.host.power = false;
    await off;
    assert.deepEqual(posts(sim), []);
  });

  test("an input that does not answer is waited for, and said at the end", async (t) => {
    const { sim, kvm } = await wired(t, { knownBy: "gpio" });
    sim.state.gpio.setOnline("sense", false);
    await failure(
      kvm.watch.until(path, (value) => value === "on", { timeout: 1 }),
      { name: "WaitTimeoutError", message: /not as wanted within 1 s/ },
    );
  });

  test("a video that the device does not run is a problem, and is tried again", async (t) => {
    const { sim, kvm } = await wired(t, { knownBy: "video" }, { power: true });
    sim.state.streamer.ustreamer.starts = false;
    const stream = kvm.events({ power: true });
    const [problem] = (await once(stream, "problem")) as [{ code: string }];
    assert.equal(problem.code, "POWER_UNKNOWN");
    await stream.close();
    await until(() => sim.sessions <= 1);
  });
});
