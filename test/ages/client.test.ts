import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DeviceEvent, PiKVM, StateChange, States } from "../../src/client";
import { derivePower } from "../../src/client/events/power-state";
import { senseOf, type SenseParts } from "../../src/client/power/sense";
import { mergeEvent } from "../../src/client/events/merge";
import { isReported, statePath, valueAt } from "../../src/client/events/state-path";
import { until } from "../harness/until";
import { failure, posts } from "../client/kit";
import { AGES, bench } from "./device";
import { isSince, STATES } from "./states";

const fold = (events: readonly DeviceEvent[]): States =>
  events.reduce<States>((states, event) => {
    const change = mergeEvent(states, event);
    return change ? { ...states, [change.kind]: change.state } : states;
  }, {});
const sentBy = (age: string) => (STATES[age] ?? []).map(([event_type, event]) => ({ event_type, event }));

const LATER = (kvm: PiKVM): [since: string, call: () => Promise<unknown>][] => [
  ["2.4", () => kvm.hid.sendMouseRelative(1, 1)],
  ["3.12", () => kvm.msd.uploadRemote("http://127.0.0.1:1/a.iso")],
  ["3.55", () => kvm.streamer.getOcrInfo()],
  ["3.124", () => kvm.msd.download("a.iso")],
  ["4.26", () => kvm.switch.getState()],
  ["4.28", () => kvm.media.getState()],
  ["4.83", () => kvm.hid.getInactivity()],
  ["4.132", () => kvm.redfish.getManagers()],
];

/** Each age is another device; all the same. */
function onEachAge(name: string, check: (age: string) => Promise<void> | void, ages: readonly string[] = AGES): void {
  for (const age of ages) test(`${name}: ${age}`, () => check(age));
}

describe("the states that eight ages send", () => {
  onEachAge("merge into full ones under the names of today", (age) => {
    const states = fold(sentBy(age));
    const kinds = ["atx", "gpio", "hid", "info", "msd", "streamer"];
    const later = isSince(age, "3.55") ? ["hid_keymaps", "ocr"] : [];
    for (const kind of [...kinds, ...later]) assert.ok(states[kind], kind);
    assert.deepEqual(
      Object.keys(states).filter((kind) => /_state$|_model$|^streamer_|^info_/.test(kind)),
      [],
    );
  });

  const paths: [path: string, value: unknown, since?: string][] = [
    ["atx.enabled", true],
    ["atx.busy", false],
    ["atx.leds.power", true],
    ["hid.online", true],
    ["hid.keyboard.online", true],
    ["hid.keyboard.leds.num", true],
    ["hid.mouse.online", true],
    ["hid.mouse.absolute", true, "2.4"],
    ["hid.mouse.outputs.active", "usb", "3.18"],
    ["msd.online", true],
    ["msd.drive.connected", true],
    ["msd.drive.image.name", "a.iso"],
    ['msd.storage.images["a.iso"].complete', true],
    ["gpio.state.inputs.door.state", true],
    ["gpio.state.outputs.relay.state", false],
    ["gpio.model.scheme.outputs.relay.switch", true],
    ["streamer.streamer.source.online", true],
    ["streamer.params.quality", 80],
    ["ocr.enabled", true, "3.55"],
    ["hid_keymaps.keymaps.default", "en-us", "2.52"],
    ["info.meta.server.host", undefined],
  ];
  for (const [path, value, since = "0.1"] of paths)
    onEachAge(`${path} is reported, and right`, (age) => {
      if (!isSince(age, since)) return;
      const { kind, keys, ...rest } = statePath(path);
      const state = fold(sentBy(age))[kind];
      assert.ok(isReported({ kind, keys, ...rest }, state));
      if (value === undefined) assert.notEqual(valueAt(state, keys), null);
      else assert.deepEqual(valueAt(state, keys), value);
    });

  onEachAge("the whole state of each kind replaces what was known", (age) => {
    for (const kind of ["atx", "hid", "msd", "streamer"]) {
      const event = sentBy(age).find(({ event_type: type }) => type.replace(/_state$/, "") === kind);
      assert.ok(event, kind);
      const known = { [kind]: { gone: true } };
      const state = mergeEvent(known, event)?.state as Record<string, unknown> | undefined; // an object, as sent
      assert.ok(state && !("gone" in state), kind);
      assert.ok(mergeEvent({}, event), `${kind} needs nothing before it`);
    }
  });

  onEachAge(
    "parts are not taken for the whole",
    () => {
      const parts: [string, object][] = [
        ["hid", { keyboard: { online: false } }],
        ["hid", { mouse: { online: false } }],
        ["msd", { busy: true }],
        ["streamer", { streamer: null }],
        ["atx", { leds: { power: true } }],
      ];
      for (const [event_type, event] of parts) assert.equal(mergeEvent({}, { event_type, event }), undefined);
    },
    ["4.20"],
  );

  onEachAge("the power LED is read", async (age) => {
    const atx = fold(sentBy(age)).atx;
    const reports: unknown[] = [];
    const report = {
      state: ({ state }: StateChange) => reports.push(state),
      problem: (error: unknown) => assert.ifError(error),
    };
    const led = derivePower(senseOf({}, {} as SenseParts))(report); // it asks nobody
    led.onState?.({ kind: "atx", state: { ...atx, leds: { power: false, hdd: false } } });
    led.onState?.({ kind: "atx", state: atx });
    await until(() => reports.length > 0);
    led.stop();
    assert.deepEqual(reports, ["on"]);
  });
});

describe("a client of a device of each age", { concurrency: 4 }, () => {
  for (const age of AGES) {
    test(`${age}: power is ensured, and pressed once`, async (t) => {
      const { sim, kvm } = await bench(t, age);
      assert.equal((await kvm.power.ensureOn()).pressed, true);
      assert.equal(sim.host.power, true);
      const again = await kvm.power.ensureOn();
      assert.deepEqual([again.pressed, again.state?.leds.power], [false, true]);
      assert.equal(posts(sim, "/api/atx/power").length, 1);
      assert.equal((await kvm.power.ensureOff({ hardAfter: 10 })).pressed, true);
      assert.equal(sim.host.power, false);
    });

    test(`${age}: power and LED are told`, async (t) => {
      const { kvm } = await bench(t, age, { power: true });
      const options = { timeout: 10 };
      assert.equal((await kvm.watch.until(statePath("power"), (value) => value === "on", options)).value, "on");
      const seen = await kvm.watch.until(statePath("atx.leds.power"), (value) => value === true, options);
      assert.equal(seen.value, true);
    });

    test(`${age}: an image is mounted, left alone, and ejected`, async (t) => {
      const { sim, kvm } = await bench(t, age);
      assert.equal((await kvm.drive.mount("a.iso")).changed, true);
      assert.equal(sim.host.usbDrive?.image, "a.iso");
      const before = posts(sim).length;
      assert.equal((await kvm.drive.mount("a.iso")).changed, false);
      assert.equal(posts(sim).length, before);
      assert.equal((await kvm.drive.swap("b.img", { kind: "flash" })).changed, true);
      assert.deepEqual([sim.host.usbDrive.image, sim.host.usbDrive.cdrom], ["b.img", false]);
      assert.equal((await kvm.drive.eject()).changed, true);
      assert.equal(sim.host.usbDrive, null);
    });

    test(`${age}: a writable drive, or a word that there is none`, async (t) => {
      const { sim, kvm } = await bench(t, age);
      const mounting = kvm.drive.mount("b.img", { kind: "flash", writable: true });
      if (isSince(age, "3.124")) {
        await mounting;
        assert.equal(sim.host.usbDrive?.writable, true);
      } else {
        await failure(mounting, { name: "PiKVMError", code: "NOT_SUPPORTED", message: /3\.124/ });
        assert.deepEqual([posts(sim), sim.host.usbDrive], [[], null]);
      }
    });

    test(`${age}: an image goes into its folder, or a word that there is none`, async (t) => {
      const { sim, kvm } = await bench(t, age, { images: { "os/a.iso": 1000 } });
      const image = Buffer.from("image");
      if (isSince(age, "3.206")) {
        await kvm.msd.upload("c.iso", image, { prefix: "os" });
        await until(async () => (await kvm.msd.getState()).storage?.images["os/c.iso"]?.complete);
        return;
      }
      const refused = { name: "ConfigurationError", code: "NOT_SUPPORTED", message: /3\.206/ };
      await failure(kvm.msd.upload("c.iso", image, { prefix: "os" }), refused);
      await failure(kvm.msd.uploadRemote("http://127.0.0.1:1/c.iso", { prefix: "os" }), refused);
      assert.deepEqual(posts(sim), []);
    });

    test(`${age}: a relay is switched and verified`, async (t) => {
      const { kvm } = await bench(t, age);
      assert.equal((await kvm.relays.switch("fan click", true)).state.state, true);
      assert.equal((await kvm.relays.toggle("relay")).state.state, false);
      assert.equal((await kvm.relays.read("door")).state.state, true);
      await kvm.relays.pulse("relay");
      const { value } = await kvm.watch.until(statePath("gpio.state.outputs.relay.state"), (on) => on === false, {
        timeout: 10,
      });
      assert.equal(value, false);
    });

    test(`${age}: a macro's keys and clicks arrive`, async (t) => {
      const { sim, kvm } = await bench(t, age, { power: true });
      const key = (name: string, state: boolean) => ({ event_type: "key", event: { key: name, state } });
      const left = (state: boolean) => ({ event_type: "mouse_button", event: { button: "left", state } });
      await kvm.macros.play([key("KeyA", true), key("KeyA", false), left(true), left(false)]);
      assert.deepEqual(
        sim.host.keyEvents.map((event) => `${event.state ? "+" : "-"}${event.key}`),
        ["+KeyA", "-KeyA"],
      );
      assert.equal(sim.sessionsOpened, 1);
    });

    test(`${age}: a key that finishes comes up`, async (t) => {
      const { sim, kvm } = await bench(t, age, { power: true });
      const live = await kvm.live();
      await live.sendKey("KeyA", true, { finish: true });
      await live.sendKey("ShiftLeft", true, { finish: true });
      await live.ping();
      await until(() => sim.host.heldKeys.includes("ShiftLeft"));
      assert.deepEqual([[...sim.host.heldKeys], live.held.keys], [["ShiftLeft"], ["ShiftLeft"]]);
      await live.close();
      assert.deepEqual([...sim.host.heldKeys], []);
    });

    test(`${age}: a key that the device lacks is refused, not dropped`, async (t) => {
      const { kvm } = await bench(t, age, { power: true });
      const live = await kvm.live();
      await failure(live.sendKey("F13", true), { name: "ConfigurationError", code: "NOT_SUPPORTED", message: /F13.*4\.187/ }); // prettier-ignore
      if (!isSince(age, "4.72")) await failure(live.sendKey("AudioVolumeMute", true), { name: "ConfigurationError" });
      else await live.sendKey("AudioVolumeMute", true);
      await live.close();
    });

    test(`${age}: the pointer is put, clicked and dragged`, async (t) => {
      const { sim, kvm } = await bench(t, age, { power: true });
      const http = isSince(age, "1.93") && age !== "glkvm";
      await kvm.pointer.click({ at: { x: 0, y: 0 } });
      assert.deepEqual(sim.host.mouse.position, { x: -32768, y: -32768 });
      await kvm.pointer.drag({ x: 0, y: 0 }, { x: 100, y: 100 }, { duration: 0.1 });
      assert.deepEqual(sim.host.mouse.position, { x: 32767, y: 32767 });
      if (http) await kvm.pointer.move({ x: 0, y: 0 });
      const pushing = kvm.pointer.push(1, 1);
      await failure(pushing, { name: "ConfigurationError", message: /absolute/ });
    });

    test(`${age}: the wheel is turned as often as asked`, async (t) => {
      const { sim, kvm } = await bench(t, age, { power: true });
      const live = await kvm.live();
      await live.sendMouseWheelBatch([{ x: 0, y: 1 }, { x: 0, y: 2 }]); // prettier-ignore
      await live.close();
      const turns = sim.host.mouse.events.flatMap((event) => (event.kind === "wheel" ? [event.y] : []));
      assert.deepEqual(turns, [1, 2]);
    });

    test(`${age}: a picture is taken`, async (t) => {
      const { kvm } = await bench(t, age, { power: true });
      const { online, image } = await kvm.screen.snapshot();
      assert.equal(online, true);
      assert.equal(image.subarray(0, 2).toString("hex"), "ffd8");
    });

    test(`${age}: text is read, or it is said that the device cannot`, async (t) => {
      const { kvm } = await bench(t, age, { power: true });
      const reading = kvm.screen.readText();
      if (isSince(age, "3.55")) assert.equal(typeof (await reading), "string");
      else await failure(reading, { name: "PiKVMError", code: "NOT_SUPPORTED", message: /3\.55/ });
      const inEnglish = kvm.screen.readText({ langs: ["eng"] });
      if (isSince(age, "3.55")) await inEnglish;
      else await failure(inEnglish, { name: "APIError", statusCode: 404, code: "HTTP_404", message: /3\.55/ });
    });

    test(`${age}: settings of the video are changed, or it is said that there are none`, async (t) => {
      const { kvm } = await bench(t, age);
      const { params } = await kvm.screen.changeSettings({ quality: 50 });
      assert.equal(params.quality, 50);
      const bitRate = kvm.screen.changeSettings({ h264Bitrate: 1000 });
      if (isSince(age, "2.16")) assert.equal((await bitRate).params.h264_bitrate, 1000);
      else await failure(bitRate, { name: "ConfigurationError", code: "NOT_SUPPORTED", message: /2\.16/ });
      await failure(kvm.screen.changeSettings({ desiredFps: 115 }), { name: "ConfigurationError" });
    });

    test(`${age}: the Switch, or a word that the device has none`, async (t) => {
      const has = isSince(age, "4.26");
      const { kvm } = await bench(t, age, { switchUnits: has ? 1 : 0 });
      if (has) assert.equal((await kvm.ports.select(1)).port.id, "1");
      else await failure(kvm.ports.select(1), { name: "APIError", statusCode: 404, code: "HTTP_404", message: /4\.26/ }); // prettier-ignore
    });

    test(`${age}: calls that came later are said to take newer software`, async (t) => {
      const { kvm } = await bench(t, age);
      for (const [since, call] of LATER(kvm)) {
        if (isSince(age, since) || age === "glkvm") continue;
        const message = new RegExp(`takes PiKVM software ${since} or newer`);
        await failure(call(), { name: "APIError", statusCode: 404, code: "HTTP_404", message, retryable: false });
      }
    });

    test(`${age}: a login by session, and text`, async (t) => {
      const { sim, kvm } = await bench(t, age, { power: true });
      assert.match(await kvm.auth.login({ expire: 60 }), /^[0-9a-f]{64}$/);
      await kvm.hid.typeText("abc");
      await until(() => sim.host.keyEvents.filter(({ state }) => state).length === 3);
    });

    test(`${age}: space is looked at before an upload`, async (t) => {
      const { sim, kvm } = await bench(t, age);
      sim.state.msd.storage.capacity = 30_000_000;
      sim.state.msd.storage.refresh();
      const sending = kvm.images.upload(Buffer.alloc(20_000_000), { name: "new.img" });
      if (isSince(age, "3.12")) await failure(sending, { name: "ConfigurationError", code: "NO_SPACE" });
      else await failure(sending, { name: "PiKVMError", code: "NOT_SUPPORTED", message: /3\.12/ });
    });
  }

  test("4.60: a port of the Switch has its number, though the device does not tell it", async (t) => {
    for (const [units, port, id] of [
      [1, "2", "2"],
      [2, "2.1", "2.1"],
    ] as const) {
      const { kvm } = await bench(t, "4.60", { switchUnits: units });
      const result = await kvm.ports.select(port);
      assert.deepEqual([result.port.id, result.state.summary.active_id], [id, id]);
      await (await kvm.ports.power(result.port.id)).click();
    }
  });

  test("4.71: a port of the Switch that cannot pretend a display is not told to", async (t) => {
    const { sim, kvm } = await bench(t, "4.71", { switchUnits: 1 });
    await kvm.switch.setPortParams(0, { name: "web" });
    const before = posts(sim).length;
    await failure(kvm.switch.setPortParams(0, { dummy: false }), {
      name: "ConfigurationError",
      code: "NOT_SUPPORTED",
      message: /4\.72/,
    });
    assert.equal(posts(sim).length, before);
  });

  test("4.32: binary frames go without the flag that would have them dropped", async (t) => {
    const { sim, kvm } = await bench(t, "4.32", { power: true });
    const live = await kvm.live();
    await live.sendKey("KeyA", true, { finish: true });
    await live.close();
    assert.deepEqual(
      sim.host.keyEvents.map(({ state }) => state),
      [true, false],
    );
  });
});
