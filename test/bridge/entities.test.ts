import assert from "node:assert/strict";
import { before, test } from "node:test";
import { ENTITIES } from "../../src/schema/entities";
import { scaledClock, type Simulator } from "../../src/simulator";
import { connectDrive } from "../../src/simulator/msd/msd-drive";
import { until } from "../harness/until";
import { House } from "./house";

const house = new House();
let simulator: Simulator;
before(async () => {
  simulator = await house.simulator({ clock: scaledClock(10), switchUnits: 2, relayBoard: true });
  simulator.state.hid.connected = true;
  setHealth({ throttling: throttling("throttled") });
  await house.deploy(simulator);
});

function throttling(...now: string[]) {
  const flags = ["undervoltage", "freq_capped", "throttled"];
  const parsed_flags = Object.fromEntries(flags.map((flag) => [flag, { now: now.includes(flag), past: true }]));
  return { raw_flags: 0, parsed_flags, ignore_past: false };
}

/** What happens to the device, and what Home Assistant shows then: by key, without the entity's domain. */
type Reading = [entity: string, change: () => void, shown: string];

const READINGS: Reading[] = [
  ["switch.power", () => (simulator.host.power = true), "on"],
  ["sensor.power_state", () => (simulator.host.asleep = true), "sleep"],
  ["switch.power", () => undefined, "off"],
  ["sensor.power_state", () => (simulator.host.asleep = false), "on"],
  ["binary_sensor.power_led", () => (simulator.host.power = false), "off"],
  ["sensor.power_state", () => undefined, "off"],
  ["binary_sensor.keyboard_online", () => (simulator.state.hid.online = false), "off"],
  ["binary_sensor.mouse_online", () => undefined, "off"],
  ["binary_sensor.keyboard_online", () => plugIn(), "on"],
  ...(["caps", "num", "scroll"] as const).map((led): Reading => [
    `binary_sensor.${led}_lock`,
    () => lock(led, true),
    "on",
  ]),
  ["binary_sensor.caps_lock", () => lock("caps", false), "off"],
  ["switch.jiggler", () => setJiggler(true), "on"],
  ["switch.jiggler", () => setJiggler(false), "off"],
  ["sensor.jiggler_interval", () => undefined, "60"],
  ["sensor.drive", () => mount("boot.iso", true), "cdrom"],
  ["sensor.image", () => undefined, "boot.iso"],
  ["select.mount", () => undefined, "boot.iso (cdrom)"],
  ["sensor.drive", () => unmount(), "off"],
  ["sensor.image", () => undefined, "-"],
  ["select.mount", () => undefined, "-"],
  ["select.port", () => simulator.state.switch.chain.activate(5), "2.2"],
  ["sensor.active_port", () => undefined, "2.2"],
  ["binary_sensor.gpio_door", () => simulator.state.gpio.setInput("door", true), "on"],
  ["binary_sensor.gpio_door", () => simulator.state.gpio.setOnline("door", false), "unknown"],
  ["binary_sensor.undervoltage", () => setHealth({ throttling: throttling("undervoltage", "freq_capped") }), "on"],
  ["binary_sensor.frequency_capped", () => undefined, "on"],
  ["binary_sensor.throttled", () => undefined, "off"],
  ["sensor.temperature", () => setHealth({ temp: { cpu: 71.6 } }), "72"],
  ["sensor.kvmd_version", () => undefined, "4.197"],
];

for (const [entity, change, shown] of READINGS)
  test(`${entity} is shown as ${shown}`, async () => {
    change();
    await house.homeAssistant.untilState(idOf(entity), shown);
  });

/** What a person does in Home Assistant, and whether the device, or its computer, has done it. */
type Deed = [entity: string, option: string, isDone: () => boolean];

const ACTS: Record<string, (id: string, option: string) => Promise<void>> = {
  switch: (id, option) => (option === "on" ? house.homeAssistant.turnOn(id) : house.homeAssistant.turnOff(id)),
  button: (id) => house.homeAssistant.press(id),
  select: (id, option) => house.homeAssistant.select(id, option),
  text: (id, option) => house.homeAssistant.type(id, option),
};

const DEEDS: Deed[] = [
  ["switch.power", "on", () => simulator.host.power],
  ["button.take_picture", "pressed", () => isWatched() && shown("image.picture") !== "unknown"],
  ["switch.power", "off", () => !simulator.host.power],
  ["button.press_power", "pressed", () => simulator.host.power],
  ["button.press_reset", "pressed", () => presses().includes("reset short")],
  ["button.press_power_long", "pressed", () => !simulator.host.power && presses().includes("power long")],
  ["button.ctrl_alt_del", "pressed", () => keys().join() === "ControlLeft,AltLeft,Delete"],
  ["button.wake", "pressed", () => keys().join() === "ShiftLeft"],
  ["text.type", "hello", () => simulator.host.typed === "hello"],
  ["text.type_enter", "root", () => simulator.host.typed === "root\n"],
  ["button.reset_hid", "pressed", () => asked().includes("/api/hid/reset")],
  ["button.reconnect_usb", "pressed", () => asked().filter((path) => path === "/api/hid/set_connected").length === 2],
  ["switch.jiggler", "on", () => simulator.state.hid.jiggler.active],
  ["switch.jiggler", "off", () => !simulator.state.hid.jiggler.active],
  ["select.mount", "boot.iso (cdrom)", () => mounted() === "boot.iso cdrom"],
  ["select.mount", "disk.img (flash)", () => mounted() === "disk.img flash"],
  ["select.mount", "-", () => mounted() === ""],
  ["select.mount", "disk.img (cdrom)", () => mounted() === "disk.img cdrom"],
  ["button.eject", "pressed", () => mounted() === ""],
  ["select.port", "1.3", () => simulator.state.switch.chain.active === 2],
  ["switch.gpio_relay1", "on", () => relay("relay1") === true],
  ["switch.gpio_relay1", "off", () => !relay("relay1")],
  ["button.gpio_pulse_bell", "pressed", () => asked().includes("/api/gpio/pulse")],
];

for (const [entity, option, isDone] of DEEDS)
  test(`${entity} does it: ${option}`, async () => {
    simulator.host.forget();
    seen = simulator.requests.length;
    await ACTS[entity.replace(/\..*/, "")]?.(idOf(entity), option);
    await until(isDone, { timeout: 20_000, what: `what ${entity} does` });
  });

test("what was typed is nowhere, and the field is empty again", async () => {
  for (const entity of ["text.type", "text.type_enter"]) await house.homeAssistant.untilState(idOf(entity), "");
  const kept = [...(await house.topics.retained()).values()].join("\n");
  for (const text of ["hello", "root"]) assert.ok(!kept.includes(text), kept);
});

test("the picture is a JPEG of the screen", () => {
  const { picture } = house.homeAssistant.entity(idOf("image.picture"));
  assert.ok(picture);
  assert.equal(picture.contentType, "image/jpeg");
  assert.deepEqual([...picture.bytes.subarray(0, 2)], [0xff, 0xd8]);
});

test("an error is shown by its name, with all that is known of it, and as an event", async () => {
  await house.topics.publish("pikvm/bench/mount/set", "nowhere.iso (cdrom)");
  await house.homeAssistant.untilState(idOf("sensor.last_error"), "ConfigurationError");
  const { attributes } = house.homeAssistant.entity(idOf("sensor.last_error"));
  assert.match(String(attributes["message"]), /nowhere\.iso/);
  const event = house.homeAssistant.entity(idOf("event.event"));
  await until(() => event.attributes["event_type"] === "ConfigurationError", { what: "the event" });
});

test("the device's connection is shown", async () => {
  const { homeAssistant } = house;
  simulator.breakNetwork(1_000_000);
  await homeAssistant.untilState(idOf("binary_sensor.connected"), "off");
  assert.equal(homeAssistant.entity(idOf("switch.power")).state, "unavailable");
  simulator.breakNetwork(1);
  await homeAssistant.untilState(idOf("binary_sensor.connected"), "on");
  await homeAssistant.untilState(idOf("switch.power"), "off");
});

test("every entity was there, and Home Assistant had nothing to say about any", () => {
  const keys = house.homeAssistant.entities.map(({ is }) => is.id.replace(/^\w+\.pikvm_bench_/, ""));
  const missing = ENTITIES.filter((key) => key !== "gpio" && !keys.includes(key));
  assert.deepEqual(missing, []);
  assert.equal(Number(shown("sensor.uptime")) % 60, 0);
  house.assertClean();
});

const shown = (entity: string): string => house.homeAssistant.entity(idOf(entity)).state;
/** Whoever takes a picture is a viewer for a while. */
const isWatched = (): boolean =>
  [shown("binary_sensor.video"), shown("sensor.video_size"), shown("sensor.clients")].join() === "on,1280x720,1";
const idOf = (entity: string): string => entity.replace(".", ".pikvm_bench_");

function lock(led: "caps" | "num" | "scroll", isOn: boolean): void {
  const { keyboard } = simulator.host;
  keyboard.leds[led] = isOn;
  keyboard.onLeds();
}

/** The device notices it with the next report. */
function plugIn(): void {
  simulator.state.hid.online = true;
  simulator.state.hid.key("ShiftLeft", true);
  simulator.state.hid.key("ShiftLeft", false);
}

function setJiggler(active: boolean): void {
  simulator.state.hid.jiggler.active = active;
  simulator.host.keyboard.onLeds();
}

function setHealth(health: Record<string, unknown>): void {
  Object.assign(simulator.state.info.parts.health, health);
}

function mount(image: string, cdrom: boolean): void {
  const { msd } = simulator.state;
  msd.drive = { ...msd.drive, image, cdrom };
  connectDrive(msd, simulator.host, true);
}

const unmount = (): void => connectDrive(simulator.state.msd, simulator.host, false);

function mounted(): string {
  const { usbDrive } = simulator.host;
  return usbDrive ? `${usbDrive.image} ${usbDrive.cdrom ? "cdrom" : "flash"}` : "";
}

let seen = 0;
const asked = (): string[] => simulator.requests.slice(seen).map(({ path }) => path);
const keys = (): string[] => simulator.host.keyEvents.filter(({ state }) => state).map(({ key }) => key);
const relay = (name: string): boolean | undefined => simulator.state.gpio.channels.outputs[name]?.state;
const presses = (): string[] =>
  simulator.host.presses.map(({ line, duration }) => `${line} ${(duration ?? 0) > 1000 ? "long" : "short"}`);
