import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test, type TestContext } from "node:test";
import { scaledClock, type Simulator } from "../../src/simulator";
import { until } from "../harness/until";
import { EDID } from "./edid-data";
import { bench, client, failure, posts, SIDE_BY_SIDE } from "./kit";

/** Two units, with names for two ports. */
async function chain(t: TestContext, { units = 2 } = {}) {
  const both = await bench(t, { switchUnits: units, clock: scaledClock(20) });
  const kvmSwitch = both.sim.state.switch;
  kvmSwitch.chain.settingsOf(1).name = "web";
  kvmSwitch.chain.settingsOf(6).name = "Lab";
  return { ...both, kvmSwitch };
}

const hostAt = ({ state }: Simulator, index: number) => {
  const host = state.switch.ports[index]?.host;
  assert.ok(host);
  return host;
};

describe("ports", SIDE_BY_SIDE, () => {
  test("find: by number over the chain, by unit and channel, by name", async (t) => {
    const { kvm } = await chain(t);
    for (const [wanted, id] of [
      [1, "1.1"],
      ["5", "2.1"],
      ["2.1", "2.1"],
      [2.3, "2.3"],
      ["LAB", "2.3"],
      [" web ", "1.2"],
    ] as const) {
      assert.equal((await kvm.ports.find(wanted)).id, id, String(wanted));
    }
    for (const wanted of [0, 9, -1, 1.5, "3.1", "", "mail", "constructor"]) {
      const told = { name: "ConfigurationError", message: /There are: 1\.1, 1\.2 \(web\), / };
      await failure(kvm.ports.find(wanted), told);
      await failure(kvm.ports.select(wanted), told);
    }
  });

  test("a name in the very same case comes before one in another", async (t) => {
    const { kvm, kvmSwitch } = await chain(t);
    kvmSwitch.chain.settingsOf(2).name = "lab";
    assert.equal((await kvm.ports.find("Lab")).id, "2.3");
    assert.equal((await kvm.ports.find("lab")).id, "1.3");
    await failure(kvm.ports.find("LAB"), { name: "ConfigurationError", message: /1\.3, 2\.3 are all named "LAB"/ });
  });

  describe("one without a name is called as on the device's page", () => {
    for (const [wanted, id] of [
      ["Host 1", "1.1"],
      ["host 3", "1.3"],
      [" HOST  5 ", "2.1"],
      ["Host 8", "2.4"],
    ] as const)
      test(wanted, async (t) => {
        const { kvm } = await chain(t);
        assert.equal((await kvm.ports.find(wanted)).id, id);
        assert.equal((await kvm.ports.select(wanted)).port.id, id);
      });

    test("only where it has none, and where no other port is named so", async (t) => {
      const { kvm, kvmSwitch } = await chain(t);
      for (const wanted of ["Host 2", "Host 7", "Host 9", "Host 0", "Host", "Host 1.1"])
        await failure(kvm.ports.find(wanted), { name: "ConfigurationError", message: /no port "Host/ });
      kvmSwitch.chain.settingsOf(3).name = "Host 1";
      assert.equal((await kvm.ports.find("host 1")).id, "1.4");
    });

    test("in lists of choices too", async (t) => {
      const { kvm } = await chain(t);
      const names = await kvm.ports.names();
      assert.deepEqual(names.slice(0, 6), ["1.1", "Host 1", "1.2", "web", "1.3", "Host 3"]);
      assert.deepEqual(names.slice(12), ["2.3", "Lab", "2.4", "Host 8"]);
    });

    test("by one unit too", async (t) => {
      const { kvm } = await chain(t, { units: 1 });
      assert.equal((await kvm.ports.find("Host 4")).id, "4");
    });
  });

  test("a number that no port has may be a name", async (t) => {
    const { kvm, kvmSwitch } = await chain(t);
    kvmSwitch.chain.settingsOf(3).name = "101";
    kvmSwitch.chain.settingsOf(4).name = "2";
    assert.equal((await kvm.ports.find(101)).id, "1.4");
    assert.equal((await kvm.ports.find("2")).id, "1.2");
  });

  test("one unit alone: numbers as printed, and with the unit before them", async (t) => {
    const { kvm } = await chain(t, { units: 1 });
    for (const wanted of [2, "2", "1.2"]) assert.equal((await kvm.ports.find(wanted)).id, "2");
  });

  test("select is told by the event connection where one is open", async (t) => {
    const { sim, kvm } = await chain(t);
    await once(kvm.events(), "state");
    const before = sim.requests.length;
    const { changed, port, state } = await kvm.ports.select("web");
    assert.deepEqual([changed, port.name, state.summary.active_port], [true, "web", 1]);
    // One look first, one after the command, and one for each of the two changes.
    assert.ok(sim.requests.length - before <= 5, `${sim.requests.length - before} requests`);
  });

  test("select waits until the units are ready too, and says when they are not", async (t) => {
    const { sim, kvm, kvmSwitch } = await chain(t);
    kvmSwitch.chain.activate = (port) => {
      Object.assign(kvmSwitch.chain, { active: port, synced: false });
    };
    // On a busy computer the first look at the switch takes its time.
    await failure(kvm.ports.select("web", { timeout: 3 }), {
      name: "WaitTimeoutError",
      message: /Port 1\.2 \(web\) was not shown .*port 1\.2 \(web\) is active, and the switch is not ready yet/,
    });
    const waiting = kvm.ports.select("lab");
    await until(() => posts(sim).length === 2);
    kvmSwitch.chain.synced = true;
    assert.equal((await waiting).state.summary.synced, true);
  });

  test("select keeps its place while it waits; a cancelled one lets the next one go", async (t) => {
    const { sim, kvm, kvmSwitch } = await chain(t);
    const activate = kvmSwitch.chain.activate.bind(kvmSwitch.chain);
    kvmSwitch.chain.activate = () => undefined;
    const abort = new AbortController();
    const first = failure(kvm.ports.select("lab", { signal: abort.signal }), { name: "CancelledError" });
    const second = kvm.ports.select("next");
    await until(() => posts(sim).length === 1);
    kvmSwitch.chain.activate = activate;
    abort.abort();
    await first;
    assert.equal((await second).port.id, "1.1");
  });

  test("none is shown: that is said too", async (t) => {
    const { kvm, kvmSwitch } = await chain(t);
    kvmSwitch.chain.activate = () => undefined;
    await failure(kvm.ports.select(1, { timeout: 0.1 }), { name: "WaitTimeoutError", message: /no port is active/ });
  });

  test("beacons that are not reported are an error", async (t) => {
    const { kvm, kvmSwitch } = await chain(t);
    kvmSwitch.chain.command = () => undefined;
    for (const beacon of [{ port: "web" }, { uplink: 1 }, { downlink: 2 }]) {
      await failure(kvm.ports.setBeacon(beacon, true, { timeout: 0.1 }), {
        name: "WaitTimeoutError",
        message: /not reported as on 0\.1 s after/,
      });
    }
  });

  test("without a switch nothing is sent", async (t) => {
    const { sim, kvm } = await bench(t);
    for (const call of [
      () => kvm.ports.find(1),
      () => kvm.ports.select("previous"),
      () => kvm.ports.setBeacon({ port: 1 }, true),
      () => kvm.ports.setBeacon({ downlink: 1 }, true),
      () => kvm.ports.power(1),
      () => kvm.edids.assign("default", 1),
    ]) {
      await failure(call(), { name: "PiKVMError", code: "NO_SWITCH", retryable: false, message: /No PiKVM Switch/ });
    }
    assert.deepEqual(posts(sim), []);
  });
});

describe("power behind a port", SIDE_BY_SIDE, () => {
  test("has the actions of a single computer, and remembers its presses", async (t) => {
    const { sim, kvm } = await chain(t);
    hostAt(sim, 6).settings.ledDelay = 40_000;
    const power = await kvm.ports.power("lab");
    assert.equal(await kvm.ports.power("2.3"), power);
    await power.on({ wait: "accepted" });
    const { pressed, state } = await power.ensureOn();
    assert.deepEqual([pressed, state], [false, { busy: false, leds: { power: true, hdd: false } }]);
    assert.equal(posts(sim, "/api/switch/atx/power").length, 1);
  });

  test("each call of the buttons is the device's", async (t) => {
    const { sim, kvm } = await chain(t);
    const power = async (index: number, on: boolean) => {
      hostAt(sim, index).power = on;
      return kvm.ports.power(index + 1);
    };
    const quick = { wait: "accepted" } as const;
    await (await power(0, false)).on(quick);
    await (await power(1, true)).off(quick);
    await (await power(2, true)).offHard(quick);
    await (await power(3, true)).resetHard(quick);
    await (await power(4, true)).click(quick);
    await (await power(5, true)).clickLong(quick);
    await (await power(6, true)).clickReset(quick);
    const sent = sim.requests.filter(({ method }) => method === "POST").map(({ path, query }) => [path, query]);
    assert.deepEqual(sent, [
      ["/api/switch/atx/power", { port: "0", action: "on" }],
      ["/api/switch/atx/power", { port: "1", action: "off" }],
      ["/api/switch/atx/power", { port: "2", action: "off_hard" }],
      ["/api/switch/atx/power", { port: "3", action: "reset_hard" }],
      ["/api/switch/atx/click", { port: "4", button: "power" }],
      ["/api/switch/atx/click", { port: "5", button: "power_long" }],
      ["/api/switch/atx/click", { port: "6", button: "reset" }],
    ]);
  });

  test("a second press before the first one is over is busy, also before the unit tells", async (t) => {
    const { sim, kvm, kvmSwitch } = await chain(t);
    const power = await kvm.ports.power("lab");
    await power.click({ wait: "accepted" });
    const port = kvmSwitch.ports[6];
    assert.ok(port);
    // As if the unit had not begun yet.
    port.busy = false;
    const expected = { name: "BusyError", code: "BUSY", message: /port 2\.3 \(Lab\)/, outcome: undefined };
    await failure(power.click(), expected);
    await power.click({ busyRetry: 5, wait: "accepted" });
    assert.equal(posts(sim).length, 2);
  });

  test("a press by somebody else is busy", async (t) => {
    const { sim, kvm } = await chain(t);
    const other = await client(t, { address: sim.url });
    sim.state.switch.chain.settingsOf(0).delays.power = 10;
    await other.switch.atxClick(0, "power");
    await until(() => sim.state.switch.ports[0]?.busy);
    await failure((await kvm.ports.power(1)).clickReset(), { name: "BusyError", code: "BUSY" });
  });

  test("a press on one port does not hold up the others, nor what is shown", async (t) => {
    const { kvm, kvmSwitch } = await chain(t);
    kvmSwitch.chain.settingsOf(0).delays.power_long = 10;
    const abort = new AbortController();
    const held = failure((await kvm.ports.power(1)).clickLong({ signal: abort.signal }), {
      name: "CancelledError",
      outcome: "unknown",
    });
    await until(() => kvmSwitch.ports[0]?.busy);
    await (await kvm.ports.power(2)).click({ wait: "accepted" });
    await kvm.ports.select(2);
    abort.abort();
    await held;
  });

  test("a unit that goes away meanwhile ends the wait", async (t) => {
    const { sim, kvm, kvmSwitch } = await chain(t);
    hostAt(sim, 6).settings.ignoresPowerButton = true;
    const power = await kvm.ports.power("lab");
    const on = failure(power.ensureOn(), { name: "PiKVMError", code: "NO_SWITCH" });
    await until(() => posts(sim).length === 1);
    kvmSwitch.units = 1;
    await on;
    await failure(power.getState(), { code: "NO_SWITCH", name: "PiKVMError", message: /Port 7 .* not there any more/ });
  });
});

describe("EDIDs", SIDE_BY_SIDE, () => {
  test("create, assign and remove, without a switch as far as the device can", async (t) => {
    const { kvm } = await bench(t);
    const { edid, changed } = await kvm.edids.create(" Lab ", EDID);
    assert.deepEqual([edid.name, edid.data, changed], ["Lab", EDID.toString("hex").toUpperCase(), true]);
    assert.equal((await kvm.edids.create("Lab", EDID.toString("base64"))).changed, false);
    await failure(kvm.edids.create(" ", EDID), { name: "ConfigurationError", message: /needs a name/ });
    assert.equal((await kvm.edids.remove(edid.id)).edid.name, "Lab");
    assert.deepEqual(Object.keys((await kvm.edids.list()).all), ["default"]);
  });

  test("assign waits until it is reported", async (t) => {
    const { kvm, kvmSwitch } = await chain(t);
    const { edid } = await kvm.edids.create("Lab", EDID);
    const { port, state } = await kvm.edids.assign("lab", "web");
    assert.deepEqual([port.id, state.edids.used[1]], ["1.2", edid.id]);
    assert.equal((await kvm.edids.assign("lab", "web")).changed, false);
    const asItWas = { ...kvmSwitch.chain.settingsOf(6) };
    kvmSwitch.chain.settingsOf = () => ({ ...asItWas });
    await failure(kvm.edids.assign("lab", 7, { timeout: 0.1 }), {
      name: "WaitTimeoutError",
      message: /Port 2\.3 \(Lab\) had another EDID 0\.1 s after it was given "Lab"/,
    });
  });

  test("what is no EDID is never sent; one of two blocks is", async (t) => {
    const { sim, kvm } = await bench(t);
    const spoilt = Buffer.concat([EDID, Buffer.alloc(128, 1)]);
    for (const [data, message] of [
      ["xyz", /128 or 256 bytes/],
      [spoilt, /second block/],
      [EDID.subarray(0, 100), /it has 100/],
    ] as const) {
      await failure(kvm.edids.create("x", data), { name: "ConfigurationError", message });
    }
    assert.deepEqual(posts(sim), []);
    await kvm.edids.create("long", Buffer.concat([EDID, Buffer.alloc(128)]));
  });
});
