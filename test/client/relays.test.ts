import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { until } from "../harness/until";
import { bench, failure, posts, SIDE_BY_SIDE, type Bench } from "./kit";

/** Seconds: longer than a test waits. */
const SLOW = 60;

async function relays(t: TestContext): Promise<Bench> {
  const { sim, kvm } = await bench(t);
  const { gpio } = sim.state;
  gpio.addOutput("fan", { pulse: { delay: 0.1, min: 0.1, max: 2 } });
  gpio.drivers.set("waker", { type: "cmd", readable: false });
  gpio.addOutput("waker", { driver: "waker" });
  gpio.drivers.set("slow", { type: "cmd", takes: SLOW * 1000 });
  gpio.addOutput("slow", { driver: "slow" });
  gpio.addOutput("button", { switch: false, pulse: { delay: 0.5, min: 0.5, max: 6 } });
  gpio.addOutput("lamp");
  gpio.addInput("door", { state: true });
  gpio.hidden.add("spare");
  const row = (text: string, channel: string) => [
    { type: "label", text },
    { type: "output", channel, text: "Switch", confirm: false },
  ];
  const table = [
    row("Server fan", "fan"),
    row("Front button", "button"),
    row("Desk lamp", "lamp"),
    row("Reserve", "spare"),
    [
      { type: "label", text: "Lab door" },
      { type: "input", channel: "door", color: "red" },
    ],
  ];
  gpio.model = { ...gpio.model, view: { header: { title: [] }, table } };
  return { sim, kvm };
}

describe("relays", SIDE_BY_SIDE, () => {
  test("are listed with their labels and what they read", async (t) => {
    const { kvm } = await relays(t);
    const labels = new Map((await kvm.relays.channels()).map(({ channel, label }) => [channel, label]));
    assert.equal(labels.get("fan"), "Server fan Switch");
    const readings = new Map((await kvm.relays.readAll()).map(({ channel, state }) => [channel, state]));
    assert.deepEqual(readings.get("door"), { online: true, state: true });
  });

  test("have no word of the device for a button in their label where they can only be switched", async (t) => {
    const { sim, kvm } = await relays(t);
    sim.state.gpio.addOutput("lamp2");
    const table = ["lamp", "lamp2"].map((channel, index) => [
      { type: "label", text: index === 0 ? "Lamp" : "Lamp 2" },
      { type: "output", channel, text: "Click", confirm: false },
    ]);
    sim.state.gpio.model = { ...sim.state.gpio.model, view: { header: { title: [] }, table } };
    assert.equal((await kvm.relays.switch("Lamp", true)).channel, "lamp");
    assert.equal((await kvm.relays.read("lamp2")).label, "Lamp 2");
  });

  test("are switched by name or label, and read back", async (t) => {
    const { sim, kvm } = await relays(t);
    assert.equal((await kvm.relays.switch("server FAN", true)).state.state, true);
    assert.equal((await kvm.relays.toggle("fan")).state.state, false);
    assert.equal((await kvm.relays.toggle("fan")).state.state, true);
    assert.equal(posts(sim).length, 3);
  });

  test("have no reading while they are written", async (t) => {
    const { sim, kvm } = await relays(t);
    const pulse = kvm.relays.pulse("fan", { delay: 0.5 });
    await until(() => sim.state.gpio.channels.outputs["fan"]?.busy);
    const fan = (await kvm.relays.readAll()).find(({ channel }) => channel === "fan");
    assert.deepEqual(fan?.state, { busy: true });
    const { state } = await kvm.relays.read("fan");
    assert.deepEqual([state.busy, (await pulse).state.state], [false, false]);
  });

  test("that stay busy are waited for no longer than asked", async (t) => {
    const { sim, kvm } = await relays(t);
    const pulse = kvm.relays.pulse("fan", { delay: 2 });
    await until(() => sim.state.gpio.channels.outputs["fan"]?.busy);
    await failure(kvm.relays.read("fan", { timeout: 0.1 }), { name: "WaitTimeoutError", message: /fan stayed busy/ });
    await pulse;
  });

  test("do not wait for each other", async (t) => {
    const { sim, kvm } = await relays(t);
    const abort = new AbortController();
    const slow = kvm.relays.switch("slow", true, { timeout: SLOW, signal: abort.signal });
    await until(() => sim.state.gpio.channels.outputs["slow"]?.busy);
    assert.equal((await kvm.relays.switch("fan", true)).state.state, true);
    await kvm.gpio.switch("fan", false, { wait: true });
    assert.equal(sim.state.gpio.channels.outputs["slow"]?.busy, true);
    abort.abort();
    await failure(slow, { name: "CancelledError", outcome: "unknown" });
  });

  test("keep the order of what is asked of one, whichever name is used", async (t) => {
    const { sim, kvm } = await relays(t);
    const names = ["fan", "Server fan", "fan", "server FAN switch"];
    await Promise.all(names.map((name, index) => kvm.relays.switch(name, index % 2 === 0)));
    assert.deepEqual(posts(sim).length, names.length);
    assert.deepEqual(sim.requests.flatMap(({ method, query }) => (method === "POST" ? [query["state"]] : [])), ["1", "0", "1", "0"]); // prettier-ignore
  });

  test("that are not written in time may have been: the error says so, and nothing is sent again", async (t) => {
    const { sim, kvm } = await relays(t);
    await failure(kvm.relays.switch("slow", true, { timeout: 0.3, busyRetry: 5 }), {
      name: "WaitTimeoutError",
      outcome: "unknown",
      message: /slow was not over within 0\.3 s/,
    });
    await until(() => posts(sim).length > 0);
    assert.equal(posts(sim).length, 1);
  });

  test("may be pulsed for longer than a write may take", async (t) => {
    const { kvm } = await relays(t);
    const { state } = await kvm.relays.pulse("fan", { delay: 1.5, timeout: 1 });
    assert.equal(state.busy, false);
  });

  test("that read otherwise than they were switched are an error, unless they are not verified", async (t) => {
    const { kvm } = await relays(t);
    await failure(kvm.relays.switch("waker", true), { name: "PiKVMError", code: "NOT_VERIFIED" });
    assert.equal((await kvm.relays.switch("waker", true, { verify: false })).state.state, false);
  });

  test("that cannot do it are refused, and nothing is sent", async (t) => {
    const { sim, kvm } = await relays(t);
    await failure(kvm.relays.pulse("fan", { delay: 3 }), { name: "ConfigurationError", message: /0\.1 to 2 s/ });
    await failure(kvm.relays.read("nothing"), { name: "ConfigurationError", message: /no channel "nothing"/ });
    assert.deepEqual(posts(sim), []);
  });

  describe("say why they cannot do it, by name and by label, and nothing is sent", SIDE_BY_SIDE, () => {
    type Do = (relays: Bench["kvm"]["relays"], name: string) => Promise<unknown>;
    const on: Do = (relays, name) => relays.switch(name, true);
    const off: Do = (relays, name) => relays.switch(name, false);
    const toggle: Do = (relays, name) => relays.toggle(name);
    const pulse: Do = (relays, name) => relays.pulse(name);
    const read: Do = (relays, name) => relays.read(name);
    const members: [what: string, does: Do, names: string[], code: string, message: RegExp][] = [
      ["on", on, ["button", "front button"], "CANNOT_SWITCH", /button \(Front button Switch\) can only be pulsed/],
      ["off", off, ["Button", "Front button Switch"], "CANNOT_SWITCH", /can only be pulsed\. Pulse it/],
      ["toggle", toggle, ["button"], "CANNOT_SWITCH", /`switch: true`/],
      ["pulse", pulse, ["lamp", "desk lamp"], "CANNOT_PULSE", /lamp \(Desk lamp Switch\) can only be switched/],
      ["switch an input", on, ["door", "lab DOOR"], "INPUT_CHANNEL", /door \(Lab door\) is an input/],
      ["toggle an input", toggle, ["door"], "INPUT_CHANNEL", /can only be read/],
      ["pulse an input", pulse, ["door"], "INPUT_CHANNEL", /can only be read/],
      ["switch what the menu only shows", on, ["spare", "reserve"], "CANNOT_SWITCH", /neither switched nor pulsed/],
      ["pulse what the menu only shows", pulse, ["spare"], "CANNOT_PULSE", /neither switched nor pulsed/],
      [
        "read what the menu only shows",
        read,
        ["spare", "Reserve"],
        "CANNOT_READ",
        /spare \(Reserve Switch\) cannot be/,
      ],
    ];
    for (const [what, does, names, code, message] of members)
      test(what, async (t) => {
        const { sim, kvm } = await relays(t);
        for (const name of names) await failure(does(kvm.relays, name), { name: "ConfigurationError", code, message });
        assert.deepEqual(posts(sim), []);
      });
  });

  describe("whose driver does not answer", SIDE_BY_SIDE, () => {
    test("are not toggled: what they read says nothing", async (t) => {
      const { sim, kvm } = await relays(t);
      sim.state.gpio.setOnline("fan", false);
      await failure(kvm.relays.toggle("fan"), {
        name: "UnavailableError",
        code: "GPIO_OFFLINE",
        message: /fan \(Server fan Switch\) cannot be read/,
      });
      assert.deepEqual(posts(sim), []);
    });

    for (const [what, write] of [
      ["switched", (kvm: Bench["kvm"]) => kvm.relays.switch("fan", true)],
      ["pulsed", (kvm: Bench["kvm"]) => kvm.relays.pulse("fan")],
    ] as const)
      test(`are named when they are ${what}`, async (t) => {
        const { sim, kvm } = await relays(t);
        sim.state.gpio.setOnline("fan", false);
        await failure(write(kvm), {
          name: "APIError",
          error: "GpioDriverOfflineError",
          message: /behind the channel fan \(Server fan Switch\)/,
        });
        assert.equal(posts(sim).length, 1);
      });

    test("are not verified by a reading that says nothing", async (t) => {
      const { sim, kvm } = await relays(t);
      const { gpio } = sim.state;
      const writing = kvm.relays.switch("fan", false);
      await until(() => gpio.channels.outputs["fan"]?.busy);
      gpio.setOnline("fan", false);
      await failure(writing, { name: "PiKVMError", code: "NOT_VERIFIED", message: /does not answer any more/ });
    });
  });
});
