import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { statePath, type PiKVMError, type PowerSettings, type StateChange } from "../../src/client";
import { APIError, ConnectError } from "../../src/client/errors";
import { Idleness } from "../../src/client/events/idleness";
import { derivePower } from "../../src/client/events/power-state";
import { senseOf, type SenseParts } from "../../src/client/power/sense";
import { scaledClock } from "../../src/simulator";
import { until } from "../harness/until";
import { bench, checkError, failure } from "./kit";

/** Time that stands still, and what was reported so far. */
function still(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 0;
  const states: [state: unknown, age: number | undefined][] = [];
  const problems: PiKVMError[] = [];
  return {
    states,
    problems,
    report: {
      state: ({ state, age }: StateChange) => void states.push([state, age]),
      problem: (error: PiKVMError) => void problems.push(error),
    },
    now: () => now,
    pass: (seconds: number): void => {
      now += seconds;
      t.mock.timers.tick(seconds * 1000);
    },
  };
}

describe("power by the LED", () => {
  function led(t: TestContext) {
    const { report, now, ...rest } = still(t);
    const led = derivePower(senseOf({}, {} as SenseParts), now)(report); // it asks nobody
    led.onConnection(true);
    const say = (power: boolean, enabled = true) =>
      led.onState?.({ kind: "atx", state: { enabled, leds: { power, hdd: false } } });
    const blink = (period: number, times: number): void => {
      for (let time = 0; time < times; time += 1)
        for (const lit of [false, true]) {
          say(lit);
          rest.pass(period / 2);
        }
    };
    return { led, say, blink, ...rest };
  }

  test("the first value is reported when the LED has been steady for 3 s", (t) => {
    const { say, pass, states } = led(t);
    say(true);
    pass(2.9);
    say(true);
    assert.deepEqual(states, []);
    pass(0.1);
    assert.deepEqual(states, [["on", 3]]);
  });

  test("a boot is reported at once, the end when the LED has been dark for 3 s", (t) => {
    const { say, pass, states } = led(t);
    say(false);
    pass(60);
    say(true);
    assert.deepEqual(states.at(-1), ["on", 0]);
    pass(60);
    say(false);
    pass(2.9);
    assert.equal(states.length, 2);
    pass(0.1);
    assert.deepEqual(states, [
      ["off", 3],
      ["on", 0],
      ["off", 3],
    ]);
  });

  for (const period of [0.5, 1, 2, 4])
    test(`an LED that blinks every ${period} s is one "sleep", from the first blink to 3 s after the last`, (t) => {
      const { say, blink, pass, states } = led(t);
      say(true);
      pass(60);
      blink(period, 2);
      assert.deepEqual(states, [
        ["on", 3],
        ["sleep", 1.5 * period],
      ]);
      blink(period, 100);
      assert.equal(states.length, 2);
      pass(3);
      assert.deepEqual(states.at(-1), ["on", 3]);
    });

  test("a reset, which is dark for a moment, is nothing", (t) => {
    const { say, blink, pass, states } = led(t);
    say(true);
    pass(60);
    blink(1, 1);
    pass(60);
    blink(1, 1);
    pass(60);
    assert.deepEqual(states, [["on", 3]]);
  });

  test("a device that comes back while the host sleeps says so again, and nothing else", (t) => {
    const { led: power, say, blink, pass, states } = led(t);
    say(true);
    pass(60);
    blink(1, 2);
    power.onConnection(true);
    pass(60);
    say(false);
    pass(0.5);
    say(true);
    pass(0.5);
    blink(1, 2);
    assert.deepEqual(
      states.map(([state]) => state),
      ["on", "sleep", "sleep"],
    );
  });

  test("without ATX control it is null, and nothing is reported after it has stopped", (t) => {
    const { led: power, say, pass, states } = led(t);
    say(false, false);
    assert.deepEqual(states, [[null, 0]]);
    say(true);
    power.stop();
    pass(60);
    assert.equal(states.length, 1);
  });

  test("what is no ATX state is passed over", (t) => {
    const { led: power, pass, states } = led(t);
    for (const state of [null, {}, { leds: null }, { leds: { power: "lit" } }]) power.onState?.({ kind: "atx", state });
    pass(60);
    assert.deepEqual(states, []);
  });

  test("a subscription reports it when it was asked for, and it can be waited for", async (t) => {
    const { sim, kvm } = await bench(t, { power: true, clock: scaledClock(5) });
    const kinds = new Set<string>();
    kvm.events().on("state", ({ kind }) => kinds.add(kind));
    const asleep = kvm.watch.until(statePath("power"), (value) => value === "sleep", { timeout: 20 });
    await until(() => kinds.has("atx"));
    sim.host.asleep = true;
    assert.equal((await asleep).value, "sleep");
    assert.ok(!kinds.has("power"));
  });
});

describe("power by what is only there while a computer is on", () => {
  type State = [kind: string, state: unknown];
  const hid = (online: boolean, keyboard: boolean, mouse: boolean, more = {}): State => [
    "hid",
    { online, keyboard: { online: keyboard }, mouse: { online: mouse }, ...more },
  ];
  const video = (streamer: unknown): State => ["streamer", { streamer }];
  const source = (online: boolean): State => video({ source: { online } });

  /** What the device reports, the seconds until it reports the next, and what comes of all. */
  const members: [string, PowerSettings["knownBy"], [State, number][], unknown[]][] = [
    ["a picture is on at once", "video", [[source(true), 0]], ["on"]],
    ["none is off only after some time", "video", [[source(false), 9.9]], []],
    ["none for long is off", "video", [[source(false), 10]], ["off"]],
    ["one that comes back in time was never off", "video", [[source(true), 60], [source(false), 9], [source(true), 60]], ["on"]], // prettier-ignore
    ["from the first moment without", "video", [[source(true), 60], [source(false), 6], [source(false), 4]], ["on", "off"]], // prettier-ignore
    [
      "video that does not run says nothing",
      "video",
      [
        [source(true), 60],
        [video(null), 60],
      ],
      ["on"],
    ],
    [
      "and begins anew",
      "video",
      [
        [source(true), 1],
        [source(false), 9],
        [video(null), 9],
        [source(false), 9],
      ],
      ["on"],
    ],
    [
      "what is no state of it",
      "video",
      [
        [["streamer", {}], 60],
        [["streamer", null], 60],
        [video({}), 60],
      ],
      [],
    ],
    ["another kind", "video", [[["hid", { streamer: { source: { online: true } } }], 60]], []],
    ["a keyboard", "usb", [[hid(true, true, false), 0]], ["on"]],
    ["a mouse", "usb", [[hid(true, false, true), 0]], ["on"]],
    ["neither", "usb", [[hid(true, false, false), 10]], ["off"]],
    ["a board that is not there", "usb", [[hid(false, true, true), 10]], ["off"]],
    ["a board that reports numbers", "usb", [[["hid", { online: 1, keyboard: { online: 1 }, mouse: { online: 0 } }], 0]], ["on"]], // prettier-ignore
    ["a restart of the computer", "usb", [[hid(true, true, true), 60], [hid(true, false, false), 5], [hid(true, false, true), 60]], ["on"]], // prettier-ignore
    ["unplugged by the settings", "usb", [[hid(true, false, false, { connected: false }), 60]], ["problem"]],
    ["switched off on the device", "usb", [[hid(false, false, false, { enabled: false }), 60]], ["problem"]],
    ["told once", "usb", [[hid(false, false, false, { enabled: false }), 9], [hid(true, false, false, { enabled: false }), 9]], ["problem"]], // prettier-ignore
  ];
  for (const [what, knownBy, said, expected] of members)
    test(`${knownBy}: ${what}`, (t) => {
      const { report, states, problems, pass } = still(t);
      const parts = {} as SenseParts; // it asks nobody
      const sense = { ...senseOf({ ...(knownBy ? { knownBy } : {}), offAfter: 10 }, parts) };
      delete sense.during;
      const power = derivePower(sense)(report);
      power.onConnection(true);
      for (const [[kind, state], seconds] of said) {
        power.onState?.({ kind, state });
        pass(seconds);
      }
      assert.deepEqual([...states.map(([state]) => state), ...problems.map(() => "problem")], expected);
      for (const { code } of problems) assert.equal(code, "POWER_UNKNOWN");
    });

  test("what was seen before a connection broke says nothing, and nothing is reported after it has stopped", (t) => {
    const { report, states, pass } = still(t);
    const power = derivePower(senseOf({ knownBy: "usb", offAfter: 10 }, {} as SenseParts))(report);
    const say = (isOn: boolean) => {
      const [kind, state] = hid(true, isOn, isOn);
      power.onState?.({ kind, state });
    };
    power.onConnection(true);
    say(true);
    say(false);
    pass(9);
    power.onConnection(false);
    pass(60);
    power.onConnection(true);
    say(true);
    say(false);
    power.stop();
    pass(60);
    assert.deepEqual(states.map(([state]) => state), ["on", "on"]); // prettier-ignore
  });
});

describe("power by an input", () => {
  const gpio = (state: boolean, online = true) => ({
    kind: "gpio",
    state: {
      model: { scheme: { inputs: { sense: { hw: {} } }, outputs: {} }, view: { header: { title: [] }, table: [] } },
      state: { inputs: { sense: { online, state } }, outputs: {} },
    },
  });
  const input = (t: TestContext, name = "sense") => {
    const { report, now, ...rest } = still(t);
    const power = derivePower(senseOf({ knownBy: "gpio", input: name }, {} as SenseParts), now)(report);
    power.onConnection(true);
    return { power, ...rest };
  };

  test("is as that of an LED, sleep too", (t) => {
    const { power, pass, states } = input(t);
    for (const [state, seconds] of [[false, 3], [true, 3], [false, 0.5], [true, 0.5], [false, 0.5], [true, 0.5], [false, 3]] as const) {
      power.onState?.(gpio(state));
      pass(seconds);
    } // prettier-ignore
    assert.deepEqual(states.map(([state]) => state), ["off", "on", "sleep", "off"]); // prettier-ignore
  });

  test("is null while that does not answer, and says why", (t) => {
    const { power, pass, states, problems } = input(t);
    power.onState?.(gpio(true));
    pass(3);
    power.onState?.(gpio(false, false));
    pass(60);
    assert.deepEqual(states.map(([state]) => state), ["on", null]); // prettier-ignore
    assert.deepEqual(problems.map(({ code }) => code), ["POWER_UNKNOWN"]); // prettier-ignore
  });

  test("that is not there is a problem, and a state without a model says nothing", (t) => {
    const { power, problems } = input(t, "door");
    power.onState?.({ kind: "gpio", state: { state: { inputs: {}, outputs: {} } } });
    assert.deepEqual(problems, []);
    power.onState?.(gpio(true));
    power.onState?.(gpio(false));
    assert.deepEqual(problems.map(({ name }) => name), ["ConfigurationError"]); // prettier-ignore
  });
});

describe("idleness", () => {
  /** A device with these answers. @param answers seconds since the last input, or why not. */
  function idleness(t: TestContext, after: number, answers: (number | Error)[]) {
    const { report, states, problems, pass } = still(t);
    let asked = 0;
    const ask = (): Promise<number> => {
      const answer = answers[asked++];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? 0);
    };
    const idle = new Idleness(report, ask, after);
    t.after(() => idle.stop());
    /** Promises may catch up. */
    const later = async (seconds: number): Promise<void> => {
      pass(seconds);
      await new Promise(setImmediate);
      await new Promise(setImmediate);
    };
    return { idle, states, problems, later, asked: () => asked };
  }

  test("the device is asked when the time may be over, and then every tenth of it", async (t) => {
    const { idle, states, later, asked } = idleness(t, 300, [100, 250, 310, 340, 12]);
    idle.onConnection(true);
    await later(0);
    assert.deepEqual(states, [[false, 100]]);
    await later(199.9);
    assert.equal(asked(), 1);
    await later(0.1);
    assert.equal(asked(), 2);
    await later(50);
    assert.deepEqual(states.at(-1), [true, 10]);
    await later(29.9);
    assert.equal(asked(), 3);
    await later(0.1);
    await later(30);
    assert.deepEqual(states, [
      [false, 100],
      [true, 10],
      [false, 12],
    ]);
    await later(287.9);
    assert.equal(asked(), 5);
  });

  for (const [after, interval] of [
    [2, 1],
    [20, 5],
    [86_400, 60],
  ] as const)
    test(`while nothing happens for ${after} s and more it is asked every ${interval} s`, async (t) => {
      const { idle, later, asked } = idleness(t, after, Array<number>(9).fill(after));
      idle.onConnection(true);
      await later(0);
      for (let looks = 1; looks < 5; looks += 1) {
        await later(interval - 0.1);
        assert.equal(asked(), looks);
        await later(0.1);
        assert.equal(asked(), looks + 1);
      }
    });

  test("it is not asked while there is no connection, and anew afterwards", async (t) => {
    const { idle, states, later, asked } = idleness(t, 10, [0, 20]);
    idle.onConnection(true);
    await later(0);
    idle.onConnection(false);
    await later(1000);
    assert.equal(asked(), 1);
    idle.onConnection(true);
    await later(0);
    assert.deepEqual(states, [
      [false, 0],
      [true, 10],
    ]);
  });

  test("what may go away is tried again after a while", async (t) => {
    const { idle, states, problems, later } = idleness(t, 10, [new ConnectError("away", { retryable: true }), 3]);
    idle.onConnection(true);
    await later(0);
    await later(9.9);
    assert.deepEqual(states, []);
    await later(0.1);
    assert.deepEqual([states, problems], [[[false, 3]], []]);
  });

  test("what may not go away is reported once, and tried again all the same", async (t) => {
    const broken = () => new APIError("HTTP 500", { statusCode: 500 });
    const { idle, states, problems, later } = idleness(t, 10, [broken(), broken(), 3]);
    idle.onConnection(true);
    for (let look = 0; look < 3; look += 1) await later(10);
    assert.equal(problems.length, 1);
    assert.deepEqual(states, [[false, 3]]);
  });

  test("an older device is one error, however often it is connected", async (t) => {
    const { sim, kvm } = await bench(t);
    const fault = sim.faults.add({ kind: "status", code: 404, path: "/api/hid/inactivity" });
    const stream = kvm.events({ idle: 60 });
    const problems: PiKVMError[] = [];
    stream.on("problem", (error) => problems.push(error));
    await until(() => problems.length > 0);
    checkError(problems[0], { name: "PiKVMError", code: "NOT_SUPPORTED", message: /4\.83/, cause: true });
    sim.dropSessions();
    await until(() => fault.hits === 2);
    fault.remove();
    sim.dropSessions();
    await new Promise<void>((resolve) =>
      stream.on("state", ({ kind }) => {
        if (kind === "idle") resolve();
      }),
    );
    assert.equal(problems.length, 1);
  });

  test("a subscription that is closed as soon as it is connected asks nothing", async (t) => {
    const { sim, kvm } = await bench(t);
    const stream = kvm.events({ idle: 60 });
    await new Promise((resolve) => stream.on("connection", () => resolve(stream.close())));
    await kvm.hid.getState();
    assert.ok(!sim.requests.some(({ path }) => path === "/api/hid/inactivity"));
  });

  test("a refused login is reported, and not tried again", async (t) => {
    const { sim, kvm } = await bench(t);
    const fault = sim.faults.add({ kind: "status", code: 403, path: "/api/hid/inactivity" });
    const problem = await new Promise((resolve) => kvm.events({ idle: 60 }).on("problem", resolve));
    checkError(problem, { name: "AuthError" });
    assert.equal(fault.hits, 1);
  });

  test("times out of range are refused", async (t) => {
    const { kvm } = await bench(t);
    for (const idle of [0, 86_401, NaN])
      await failure(
        Promise.resolve().then(() => kvm.events({ idle })),
        { name: "ConfigurationError" },
      );
  });
});
