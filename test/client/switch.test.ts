import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "../harness/until";
import { bench, failure, SIDE_BY_SIDE, type Bench } from "./kit";

const WHITE = { red: 255, green: 255, blue: 255, brightness: 16, blink_ms: 1000 };
const EDID = "00FFFFFFFFFFFF00".padEnd(256, "0");
const UNKNOWN = "12345678-1234-4234-8234-123456789abc";

function sent({ sim }: Bench): { path: string; query: object }[] {
  return sim.requests
    .filter(({ method }) => method === "POST")
    .map(({ path, query }) => ({ path: path.replace("/api/switch/", ""), query }));
}

describe("switch", SIDE_BY_SIDE, () => {
  test("state: without a unit, and with two", async (t) => {
    const none = await bench(t);
    assert.deepEqual((await none.kvm.switch.getState()).model.ports, []);
    const { kvm } = await bench(t, { switchUnits: 2 });
    await until(async () => (await kvm.switch.getState()).atx.busy.length === 8);
    const { model, colors, video } = await kvm.switch.getState();
    assert.deepEqual([model.units.length, model.ports.length, model.ports[5]?.id], [2, 8, "2.2"]);
    assert.equal(video.links.length, 8);
    assert.deepEqual(colors.beacon, { red: 228, green: 44, blue: 156, brightness: 255, blink_ms: 250 });
  });

  test("choosing a port: by index, by unit and channel, the one before, the one after", async (t) => {
    const both = await bench(t, { switchUnits: 2 });
    const active = (port: number) => until(async () => (await both.kvm.switch.getState()).summary.active_port === port);
    await both.kvm.switch.setActive(3);
    await active(3);
    await both.kvm.switch.setActive("2.2");
    await active(5);
    await both.kvm.switch.setActivePrev();
    await active(4);
    await both.kvm.switch.setActiveNext();
    await active(5);
    assert.deepEqual(sent(both), [
      { path: "set_active", query: { port: "3" } },
      { path: "set_active", query: { port: "2.2" } },
      { path: "set_active_prev", query: {} },
      { path: "set_active_next", query: {} },
    ]);
  });

  test("beacons: of a port, of a unit's cables", async (t) => {
    const both = await bench(t, { switchUnits: 1 });
    await both.kvm.switch.setBeacon({ port: 2 }, true);
    await until(async () => (await both.kvm.switch.getState()).beacons.ports[2]);
    await both.kvm.switch.setBeacon({ uplink: 0 }, true);
    await both.kvm.switch.setBeacon({ downlink: 0 }, false);
    assert.deepEqual(
      sent(both).map(({ query }) => query),
      [
        { state: "1", port: "2" },
        { state: "1", uplink: "0" },
        { state: "0", downlink: "0" },
      ],
    );
  });

  test("settings of a port: only what is given", async (t) => {
    const both = await bench(t, { switchUnits: 1 });
    const { kvm } = both;
    await kvm.switch.setPortParams(1, { name: "Server", dummy: true, clickPowerDelay: 0.25, edidId: "default" });
    await kvm.switch.setPortParams(1, { clickPowerLongDelay: 7, clickResetDelay: 0.75 });
    await until(async () => (await kvm.switch.getState()).model.ports[1]?.name === "Server");
    const port = (await kvm.switch.getState()).model.ports[1];
    assert.deepEqual(port?.atx.click_delays, { power: 0.25, power_long: 7, reset: 0.75 });
    assert.deepEqual(
      sent(both).map(({ query }) => query),
      [
        { port: "1", edid_id: "default", dummy: "1", name: "Server", atx_click_power_delay: "0.25" },
        { port: "1", atx_click_power_long_delay: "7", atx_click_reset_delay: "0.75" },
      ],
    );
    await failure(kvm.switch.setPortParams(1, { edidId: UNKNOWN }), {
      name: "APIError",
      error: "SwitchUnknownEdidError",
    });
  });

  test("colours, as the device spells them", async (t) => {
    const both = await bench(t);
    await both.kvm.switch.setColors({ active: { ...WHITE, red: 1, green: 2, blue: 3 } });
    assert.deepEqual(sent(both)[0]?.query, { active: "010203:10:03E8" });
    await both.kvm.switch.setColors({ active: WHITE, beacon: "default" });
    assert.deepEqual(sent(both)[1]?.query, { active: "FFFFFF:10:03E8", beacon: "default" });
    assert.deepEqual((await both.kvm.switch.getState()).colors.active, WHITE);
  });

  test("restarting a unit, for new firmware too", async (t) => {
    const both = await bench(t, { switchUnits: 1 });
    await both.kvm.switch.reset(0);
    await both.kvm.switch.reset(0, { bootloader: true });
    assert.deepEqual(
      sent(both).map(({ query }) => query),
      [
        { unit: "0", bootloader: "0" },
        { unit: "0", bootloader: "1" },
      ],
    );
  });

  test("power buttons behind a port", async (t) => {
    const both = await bench(t, { switchUnits: 1 });
    const { kvm } = both;
    const power = (on: boolean) =>
      until(async () => {
        const { atx } = await kvm.switch.getState();
        return atx.leds.power[1] === on && atx.busy[1] === false;
      });
    await kvm.switch.atxPower(1, "on");
    await power(true);
    await kvm.switch.atxClick("1.2", "power");
    await power(false);
    assert.deepEqual(sent(both), [
      { path: "atx/power", query: { port: "1", action: "on" } },
      { path: "atx/click", query: { port: "1.2", button: "power" } },
    ]);
  });

  test("EDIDs: create, list, change, remove", async (t) => {
    const { kvm } = await bench(t);
    const id = await kvm.switch.createEdid("Lab", `${EDID.slice(0, 100)}\n ${EDID.slice(100)}`);
    const created = (await kvm.switch.getEdids()).all[id];
    assert.deepEqual([created?.name, created?.data], ["Lab", EDID]);
    await kvm.switch.changeEdid(id, { name: "Attic" });
    await failure(kvm.switch.changeEdid(id, { data: EDID.replaceAll("F", "E") }), {
      name: "APIError",
      code: "HTTP_500",
    });
    const changed = (await kvm.switch.getEdids()).all[id];
    assert.deepEqual([changed?.name, changed?.data], ["Attic", EDID]);
    await kvm.switch.removeEdid(id);
    assert.deepEqual(Object.keys((await kvm.switch.getEdids()).all), ["default"]);
    await failure(kvm.switch.removeEdid(UNKNOWN), { name: "APIError", error: "SwitchUnknownEdidError" });
  });

  test("what the device would clamp or ignore is refused before anything is sent", async (t) => {
    const { sim, kvm } = await bench(t);
    const { switch: it } = kvm;
    const calls: [RegExp, () => Promise<unknown>][] = [
      ...[-1, 20, 1.5, NaN].map((port): [RegExp, () => Promise<void>] => [/port/i, () => it.setActive(port)]),
      ...["0.1", "6.1", "1.5", "2,2", "", "20"].map((port): [RegExp, () => Promise<void>] => [
        /not a port/,
        () => it.setActive(port),
      ]),
      [/unit 5/, () => it.reset(5)],
      [/unit -1/, () => it.setBeacon({ uplink: -1 }, true)],
      [/0 to 10 s/, () => it.setPortParams(0, { clickPowerDelay: 10.5 })],
      [/0 to 255/, () => it.setPortParams(0, { name: "x".repeat(256) })],
      [/Red 256/, () => it.setColors({ active: { ...WHITE, red: 256 } })],
      [/65535 ms/, () => it.setColors({ active: { ...WHITE, blink_ms: 65_536 } })],
      [/not known/, () => it.setColors({ glowing: WHITE } as never)],
      [/a name/, () => it.createEdid(" ", EDID)],
      [/256 or 512/, () => it.createEdid("x", "00FF")],
      [/nor data/, () => it.changeEdid(UNKNOWN, {})],
    ];
    for (const [message, call] of calls) await failure(call(), { name: "ConfigurationError", message });
    assert.equal(sim.requests.length, 0);
  });
});
