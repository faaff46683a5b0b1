/** What must be true before a recorded request is asked again, and what of it was not recorded. */

import { once } from "node:events";
import type { TestContext } from "node:test";

import WebSocket from "ws";

import {
  manualClock,
  type ManualClock,
  scaledClock,
  type Simulator,
  type SimulatorOptions,
  totpCode,
} from "../../src/simulator";
import { float, isObject, type Json, type JsonObject } from "../../src/simulator/api/python";
import { ADMIN, call, type CallOptions, until } from "./device";
import { labGpio } from "./lab";
import { origin } from "./origin";
import { type Exchange, exchange } from "../recordings/exchanges";

/** Patterns of names, and why they are left out. */
export const NOT_COMPARED: Readonly<Record<string, string>> = {
  "streamer-snapshot-nosignal-ocr": "tesseract misread the placeholder; the simulator does not misread",
  "misc-web-root": "PiKVM's web interface is not part of the simulator",
};

const SECRET = "JBSWY3DPEHPK3PXP";
const STEP_MS = 30_000;
/** The time on the device when it asks for codes. */
const NOW = 1_795_374_896_000;
/** For what would be over before it can be asked for. */
const STILL = manualClock();

/** What goes into the call, and where images are downloaded from. */
type Arranged = CallOptions & { readonly origin?: string };

interface Scene {
  readonly options: SimulatorOptions;
  readonly call: CallOptions;
  arrange(simulator: Simulator, t: TestContext): Arranged | undefined | Promise<Arranged | undefined>;
}

export function sceneOf(expected: Exchange): Scene {
  const { name, request } = expected;
  return {
    options: optionsOf(name),
    call: { headers: headersOf(expected), ...bodyOf(expected), chunked: name === "msd-write-chunked" },
    async arrange(simulator, t) {
      if (/^msd-remote/.test(name)) {
        if (name === "msd-remote-exists") simulator.state.msd.storage.add("remote.iso", 1);
        return { origin: await origin(t), upTo: Infinity };
      }
      addImages(simulator);
      labGpio(simulator);
      const result = (expected.body_json as { result?: JsonObject } | undefined)?.result; // the device's envelope
      if (result !== undefined && request.method === "GET" && expected.status === 200)
        await copyState(simulator, request.path, result);
      for (const [pattern, step] of STEPS) if (pattern.test(name)) return step(simulator);
      return undefined;
    },
  };
}

function optionsOf(name: string): SimulatorOptions {
  const clock =
    name === "atx-state-on"
      ? STILL
      : /^((gpio|atx)-.*busy|atx-reset-while|expire-|streamer-(state|ustreamer|snapshot(?!-nosignal)))/.test(name)
        ? manualClock()
        : // What waits for one channel and finds another busy needs a time that passes, but not while a busy computer stalls.
          scaledClock(name === "gpio-locator-state" ? 1 : 20);
  if (name.startsWith("totp-")) return { clock: manualClock({ wall: NOW }), totpSecret: SECRET };
  return { clock, auth: !name.startsWith("noauth-") };
}

const basic = (pair: string): Record<string, string> => ({
  Authorization: `Basic ${Buffer.from(pair).toString("base64")}`,
});
const cookie = (token: string): Record<string, string> => ({ Cookie: `auth_token=${token}` });
const user = (name: string, passwd?: string): Record<string, string> => ({ "X-KVMD-User": name, ...(passwd === undefined ? {} : { "X-KVMD-Passwd": passwd }) }); // prettier-ignore
const UNKNOWN_TOKEN = "0".repeat(64);

/** Credentials are the one thing that no recording holds. */
const CREDENTIALS: Readonly<Record<string, Record<string, string>>> = {
  "auth-basic-empty-user": basic(":admin"),
  "auth-basic-garbage": { Authorization: "Basic !!!" },
  "auth-basic-passwd-with-colon": basic("admin:ad:min"),
  "auth-basic-wrong-passwd": basic("admin:wrong"),
  "auth-bearer": { Authorization: "Bearer abc" },
  "auth-check-ok-basic": basic("admin:admin"),
  "auth-cookie-malformed": cookie("nonsense"),
  "auth-cookie-after-logout": cookie(UNKNOWN_TOKEN),
  "auth-other-session-after-logout": cookie(UNKNOWN_TOKEN),
  "auth-logout-again": cookie(UNKNOWN_TOKEN),
  "auth-cookie-unknown-plus-good-basic": { ...cookie(UNKNOWN_TOKEN), ...basic("admin:admin") },
  "auth-cookie-unknown-plus-good-xkvmd": { ...cookie(UNKNOWN_TOKEN), ...ADMIN },
  "auth-xkvmd-invalid-user-chars": user("Bad User!", "admin"),
  "auth-xkvmd-no-passwd": user("admin"),
  "auth-xkvmd-passwd-nonascii": user("admin", "p\u00e4ss"),
  "auth-xkvmd-unknown-user": user("nobody", "admin"),
  "auth-xkvmd-uppercase-user": user("Admin", "admin"),
  "auth-xkvmd-wrong-passwd": user("admin", "wrong"),
  "misc-streamer-proxy-wrong": user("admin", "wrong"),
  "noauth-atx-wrong": user("admin", "wrong"),
  "totp-old-code": user("admin", `admin${totpCode(SECRET, NOW - 3 * STEP_MS)}`),
  "totp-prev-code": user("admin", `admin${totpCode(SECRET, NOW - STEP_MS)}`),
  "totp-with-code": user("admin", `admin${totpCode(SECRET, NOW)}`),
  "wsrefused-malformed-cookie": cookie("nonsense"),
};

function headersOf({ name, request }: Exchange): Record<string, string> {
  const known = Object.entries(request.headers).filter(([, value]) => value !== "<redacted>");
  const form: Record<string, string> =
    request.form === undefined ? {} : { "Content-Type": "application/x-www-form-urlencoded" };
  const admin = request.auth === "X-KVMD" ? ADMIN : {};
  return { ...Object.fromEntries(known), ...form, ...admin, ...CREDENTIALS[name] };
}

function bodyOf({ name, request }: Exchange): { body?: Buffer | string } {
  if (name === "msd-write-chunked") return { body: Buffer.alloc(100_000) };
  if (request.form !== undefined) {
    const passwd = name === "auth-login-wrong" ? "wrong" : name === "totp-login-with-code" ? `admin${totpCode(SECRET, NOW)}` : "admin"; // prettier-ignore
    const form = { ...request.form, ...("passwd" in request.form ? { passwd } : {}) };
    return { body: new URLSearchParams(form).toString() };
  }
  // The recorder wrote bytes as characters.
  if (request.body !== undefined) return { body: Buffer.from(request.body, "latin1") };
  return request.body_len === undefined ? {} : { body: Buffer.alloc(request.body_len, "x") };
}

function addImages({ state }: Simulator): void {
  const { storage } = state.msd;
  storage.add("small.iso", 2_097_152);
  storage.add("flash.img", 1_048_576);
  storage.add("dir/nested.iso", 4096);
  state.msd.drive = { image: null, connected: false, cdrom: true, rw: false };
}

/** Takes the recorded state as the one to start from; what the request itself does to it remains to be seen. */
async function copyState(simulator: Simulator, path: string, result: JsonObject): Promise<void> {
  if (path === "/api/msd") copyMsd(simulator, result);
  if (path === "/api/info") copyInfo(simulator, result);
  if (path === "/api/streamer") await copyStreamer(simulator, result);
}

function copyInfo({ state }: Simulator, result: JsonObject): void {
  const { hw, ...parts } = result as Record<string, JsonObject>; // see the protocol: every part is an object
  Object.assign(state.info.parts, parts);
  if (hw === undefined) return;
  state.info.parts.health = hw.health as JsonObject; // likewise
  state.info.parts.system = { ...state.info.parts.system, platform: hw.platform ?? null };
}

/** It has run long enough for everything to have settled. */
async function copyStreamer(simulator: Simulator, result: JsonObject): Promise<void> {
  const { streamer } = simulator.state;
  for (const params of [streamer.config.params, streamer.params]) Object.assign(params, result.params);
  Object.assign(streamer.config.features, result.features);
  if (isObject(result.streamer) && !("available_resolutions" in (result.limits as JsonObject))) await watch(simulator); // the device's shape
}

interface RecordedMsd {
  drive: { image: { name: string } | null; connected: boolean; cdrom: boolean; rw: boolean } | null;
  storage: {
    images: Record<string, { size: number; complete: boolean; mod_ts: number }>;
    parts: Record<string, { size: number }>;
    uploading: { name: string; size: number; written: number } | null;
  } | null;
}

function copyMsd({ state }: Simulator, result: JsonObject): void {
  const { drive, storage } = result as unknown as RecordedMsd; // the shape of the protocol
  const { msd } = state;
  if (drive === null || storage === null) return;
  msd.storage.capacity = storage.parts[""]?.size ?? msd.storage.capacity;
  msd.storage.files.clear();
  for (const [name, { size, complete, mod_ts: modified }] of Object.entries(storage.images)) msd.storage.add(name, size, { complete, modified }); // prettier-ignore
  if (storage.uploading !== null) {
    const { name, size, written } = storage.uploading;
    msd.busy = true;
    msd.transfer = { kind: "uploading", name, size, done: written };
  }
  msd.drive = { ...drive, image: drive.image?.name ?? null };
}

type Step = (simulator: Simulator) => CallOptions | undefined | Promise<CallOptions | undefined>;

async function get({ url }: Simulator, path: string): Promise<undefined> {
  await call(url, "GET", path);
}

/** Somebody wants the video. */
async function connectViewer(simulator: Simulator): Promise<undefined> {
  const socket = new WebSocket(`${simulator.url.replace(/^http/, "ws")}/api/ws`, { rejectUnauthorized: false, headers: ADMIN }); // prettier-ignore
  socket.on("error", () => undefined);
  await once(socket, "message");
}

const captured = ({ state }: Simulator): Json => {
  const source = state.streamer.ustreamer.state()?.source;
  return isObject(source) ? (source.captured_fps ?? null) : null;
};

/** Lets time pass until so many frames come in per second. */
async function settle(simulator: Simulator, fps: number): Promise<undefined> {
  const { clock } = simulator;
  if ("advance" in clock) await (clock as ManualClock).advance(3000); // only that one has it
  await until(() => captured(simulator) === fps);
}

/** ... and the computer has given it for a while. */
async function watch(simulator: Simulator): Promise<undefined> {
  simulator.host.power = true;
  await connectViewer(simulator);
  await settle(simulator, 30);
}

async function darken(simulator: Simulator): Promise<undefined> {
  simulator.state.streamer.source.signal = false;
  await settle(simulator, 0);
}

/** More than the device can: it starts anew, and nothing has changed. */
async function tooFast(simulator: Simulator): Promise<undefined> {
  await post(simulator, "/api/streamer/set_params?desired_fps=110");
  await (simulator.clock as ManualClock).advance(1000); // see optionsOf
  if (simulator.state.streamer.ustreamer.running) throw new Error("it should have been stopped");
  await settle(simulator, 30);
}

/** Somebody looks at the stream, too. */
async function viewed(simulator: Simulator): Promise<undefined> {
  const { ustreamer } = simulator.state.streamer;
  void call(simulator.url, "GET", "/streamer/stream", { upTo: Infinity }).catch(() => undefined);
  await until(() => ustreamer.viewers.size === 1);
}

async function runForever(simulator: Simulator): Promise<undefined> {
  simulator.state.streamer.config.forever = true;
  simulator.host.power = true;
  await simulator.restart();
  await (simulator.clock as ManualClock).advance(3000); // see optionsOf
}

async function post({ url }: Simulator, path: string, options: CallOptions = {}): Promise<undefined> {
  await call(url, "POST", path, options);
}

const pulse = (simulator: Simulator, channel: string): Promise<undefined> =>
  post(simulator, `/api/gpio/pulse?channel=${channel}`);

const relay = (simulator: Simulator, state: string): Promise<undefined> =>
  post(simulator, `/api/gpio/switch?channel=relay1&state=${state}`);

const select =
  (image: string): Step =>
  ({ state }) =>
    void (state.msd.drive.image = image);

const connect: Step = async (simulator) => {
  simulator.state.msd.drive.image = "small.iso";
  await post(simulator, "/api/msd/set_connected?connected=1");
};

const insert: Step = (simulator) =>
  post(simulator, "/redfish/v1/Managers/BMC/VirtualMedia/MSD/Actions/VirtualMedia.InsertMedia", {
    body: JSON.stringify({ Image: "small.iso" }),
  });

const login =
  (options: CallOptions = {}, fields = ""): Step =>
  async ({ url }) => {
    const body = `user=admin&passwd=admin${fields}`;
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const answer = await call(url, "POST", "/api/auth/login", { headers, body });
    return { headers: { Cookie: answer.header("Set-Cookie")?.split(";")[0] ?? "" }, ...options };
  };

/** The first that matches. */
const STEPS: readonly (readonly [RegExp, Step])[] = [
  [/^atx-busy-power/, (simulator) => post(simulator, "/api/atx/click?button=power_long")],
  [/^atx-reset-while-power-busy/, (simulator) => post(simulator, "/api/atx/click?button=power_long")],
  [
    /^atx-state-busy-both/,
    async (simulator) => {
      await post(simulator, "/api/atx/click?button=reset");
      return post(simulator, "/api/atx/click?button=power_long");
    },
  ],
  [
    /^atx-state-on$/,
    async ({ host }) => {
      host.settings.hddActivity = true;
      host.power = true;
      while (!host.leds.hdd) await STILL.advance(50);
      return undefined;
    },
  ],
  [/^atx-power-(off|reset_hard$)/, ({ host }) => void (host.power = true)],
  [/^auth-(cookie-expire3-fresh|logout-ok|logout$)/, login()],
  [/^gpio-pulse-busy$/, (simulator) => pulse(simulator, "bell")],
  [/^gpio-(switch|state)-busy$/, (simulator) => relay(simulator, "1")],
  [
    /^gpio-state-slow-busy$/,
    async (simulator) => {
      simulator.state.gpio.channels.outputs.relay1 = { online: true, state: false, busy: false };
      await pulse(simulator, "broken");
      return pulse(simulator, "slow");
    },
  ],
  [
    /^gpio-locator-state$/,
    async (simulator) => {
      await relay(simulator, "0&wait=1");
      await post(simulator, "/api/gpio/switch?channel=__v4_locator__&state=1&wait=1");
      // Last, so that it is busy still.
      return pulse(simulator, "slow");
    },
  ],
  [/^switch-(state-with-edid|edid-(change|remove))$/, addEdids],
  [/^redfish-system0$/, ({ state }) => void (state.info.parts.meta = { server: { host: "vm" } })],
  [/^redfish-reset-busy$/, (simulator) => post(simulator, "/api/atx/click?button=power")],
  [/^redfish-vm-(eject|msd-inserted)$/, insert],
  [/^expire-extended-by-ws$/, async (simulator) => (await extended(simulator)).call],
  [/^expire-after-ws-close-0s$/, extendedAndClosed],
  [/^expire-hid-win98$/, ({ state }) => void state.hid.mouseOutputs.available.push("usb_win98")],
  [
    /^expire-hid-state-win98$/,
    ({ state }) => void Object.assign(state.hid.mouseOutputs, { available: ["usb", "usb_rel", "usb_win98"], active: "usb_win98" }), // prettier-ignore
  ],
  [/^disabled-prometheus/, measured],
  [/^streamer-state-changing$/, viewed],
  [/^streamer-state-saved$/, (simulator) => get(simulator, "/api/streamer/snapshot?save=1")],
  [/^streamer-state-nosignal$/, darken],
  [/^streamer-state-after-110fps$/, tooFast],
  [/^streamer-snapshot-nosignal/, async (simulator) => watch(simulator).then(() => darken(simulator))],
  [/^streamer-snapshot-load$/, async (simulator) => watch(simulator).then(() => get(simulator, "/api/streamer/snapshot?save=1"))], // prettier-ignore
  [/^streamer-snapshot-starting$/, connectViewer],
  [/^streamer-(snapshot-(save|preview)|snapshot$|ustreamer)/, watch],
  [/^streamer-mjpeg$/, async (simulator) => watch(simulator).then(() => ({ upTo: 60_000 }))],
  [/^expire-resolution/, ({ state }) => void (state.streamer.config.features.resolution = true)],
  [/^expire-streamer-state/, runForever],
  [/^msd-(connect|state-connected-0ms)$/, select("small.iso")],
  [/^msd-connect-locked/, ({ state }) => void Object.assign(state.msd, { locked: true, drive: { image: "small.iso", connected: false, cdrom: true, rw: false } })], // prettier-ignore
  [/^msd-(connect-again|read-connected|remove-connected)/, connect],
  [
    /^msd-write-(exists|over-incomplete)|^msd-(remove|set_params)-(aborted|chunked|empty|new|incomplete|sp)/,
    addRecorded,
  ],
  [/^msd-busy-/, ({ state }) => void (state.msd.busy = true)],
  [/^msd-set_params-offline/, ({ state }) => void (state.msd.unlinked = true)],
  [/^hid-state-(online|back)/, ({ state }) => void (state.hid.gadget.online.mouse = false)],
  [/^hid-state-jiggler/, (simulator) => post(simulator, "/api/hid/set_params?jiggler=1")],
  [/^disabled-/, disable],
];

function addRecorded({ state }: Simulator): undefined {
  const { storage } = state.msd;
  storage.add("aborted.img", 1_000_000, { complete: false });
  for (const [name, size] of [["chunked.iso", 100_000], ["empty.iso", 0], ["new.img", 300_000], ["sp ace ü+%.iso", 3]] as const) storage.add(name, size); // prettier-ignore
}

/** A session of two seconds that is ten seconds old, and the WebSocket that kept it. */
async function extended(simulator: Simulator): Promise<{ socket: WebSocket; call: CallOptions }> {
  simulator.state.auth.extend = true;
  const { headers } = (await login({}, "&expire=2")(simulator)) ?? {};
  const socket = new WebSocket(`${simulator.url.replace(/^http/, "ws")}/api/ws?stream=0`, { rejectUnauthorized: false, headers }); // prettier-ignore
  await once(socket, "message");
  await (simulator.clock as ManualClock).advance(10_000); // see optionsOf
  return { socket, call: { headers: headers ?? {} } };
}

async function extendedAndClosed(simulator: Simulator): Promise<CallOptions> {
  const { socket, call } = await extended(simulator);
  socket.close();
  await until(() => simulator.sessions === 0);
  return call;
}

/** The page of the device holds what was measured on it just then. */
function measured(simulator: Simulator): undefined {
  disable(simulator);
  simulator.state.gpio.channels.outputs.relay1 = { online: true, state: false, busy: false };
  const { health } = simulator.state.info.parts;
  const page = exchange("disabled-prometheus-nocreds").body_text ?? "";
  const gauge = (name: string): Json => {
    const value = new RegExp(`^pikvm_hw_${name} (.*)$`, "m").exec(page)?.[1] ?? "0";
    return /\.0$/.test(value) ? float(Number(value)) : Number(value);
  };
  const mem = { available: gauge("mem_available"), percent: gauge("mem_percent"), total: gauge("mem_total") };
  const parts = { ...health, cpu: { percent: gauge("cpu_percent") }, mem, temp: { cpu: gauge("temp_cpu") } };
  simulator.state.info.parts.health = parts;
}

/** As they were created while the device was recorded. */
function addEdids({ state }: Simulator): undefined {
  const { edids } = state.switch;
  edids.set("91acee3d-0837-4258-981b-0dc99a50934a", { name: "Renamed", data: edids.get("default")?.data ?? "" });
  edids.set("b1ba0698-514e-4755-9858-5f7d76991711", { name: "x", data: "0".repeat(256) });
}

function disable({ state }: Simulator): undefined {
  state.atx.enabled = false;
  state.msd.enabled = false;
  state.log.enabled = false;
  state.prometheus.authRequired = false;
  state.hid.online = false;
  Object.assign(state.hid.mouseOutputs, { available: [], active: "" });
}
