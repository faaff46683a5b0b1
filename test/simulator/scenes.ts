/** What must be true before a recorded request is asked again, and what of it was not recorded. */

import { manualClock, scaledClock, type Simulator, type SimulatorOptions, totpCode } from "../../src/simulator";
import { type JsonObject } from "../../src/simulator/python";
import { ADMIN, call, type CallOptions } from "./device";
import { type Recording } from "./recordings";

/** Patterns of names, and why they are left out. */
export const NOT_COMPARED: Readonly<Record<string, string>> = {
  "gpio-(?!state$).*|misc-dup-query": "GPIO actions are not built yet",
  "switch-(?!state$).*": "Switch commands are not built yet",
  "streamer-(?!ocr$|state-stopped$).*|disabled-(snapshot|streamer).*|misc-media-.*": "the streamer is not built yet",
  "(disabled-)?redfish-.*": "Redfish is not built yet",
  "expire-(?!login2$).*": "belongs to auth.extend or to another device configuration, not simulated",
  "msd-remote(-.*)?": "the origin's port is part of the answer; remote.test.ts compares them",
  "disabled-prometheus-nocreds": "its values are measurements; prometheus.test.ts compares the gauges",
  "msd-state-after-no-space": "its storage also holds files of recordings that were not kept",
  "misc-web-(root|login-noslash)": "PiKVM's web interface is not part of the simulator",
  "wsrefused-media-bad-video": "the media daemon's WebSocket is not built yet",
};

const SECRET = "JBSWY3DPEHPK3PXP";
const STEP_MS = 30_000;
/** The time on the device when it asks for codes. */
const NOW = 1_795_374_896_000;
/** For what would be over before it can be asked for. */
const STILL = manualClock();

export interface Scene {
  readonly options: SimulatorOptions;
  readonly call: CallOptions;
  /** What it returns goes into the call. */
  arrange(simulator: Simulator): CallOptions | undefined | Promise<CallOptions | undefined>;
}

export function sceneOf(expected: Recording): Scene {
  const { name, request } = expected;
  return {
    options: optionsOf(name),
    call: { headers: headersOf(expected), ...bodyOf(expected), chunked: name === "msd-write-chunked" },
    async arrange(simulator) {
      addImages(simulator);
      const result = (expected.body_json as { result?: JsonObject } | undefined)?.result; // the device's envelope
      if (result !== undefined && request.method === "GET" && expected.status === 200)
        copyState(simulator, request.path, result);
      for (const [pattern, step] of STEPS) if (pattern.test(name)) return step(simulator);
      return undefined;
    },
  };
}

function optionsOf(name: string): SimulatorOptions {
  const clock = name === "atx-state-on" ? STILL : scaledClock(20);
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

function headersOf({ name, request }: Recording): Record<string, string> {
  const known = Object.entries(request.headers).filter(([, value]) => value !== "<redacted>");
  const form: Record<string, string> =
    request.form === undefined ? {} : { "Content-Type": "application/x-www-form-urlencoded" };
  const admin = request.auth === "X-KVMD" ? ADMIN : {};
  return { ...Object.fromEntries(known), ...form, ...admin, ...CREDENTIALS[name] };
}

function bodyOf({ name, request }: Recording): { body?: Buffer | string } {
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
function copyState(simulator: Simulator, path: string, result: JsonObject): void {
  const { state } = simulator;
  if (path === "/api/msd") copyMsd(simulator, result);
  if (path === "/api/gpio") Object.assign(state.gpio, { model: result.model, channels: result.state });
  if (path === "/api/info") copyInfo(simulator, result);
}

function copyInfo({ state }: Simulator, result: JsonObject): void {
  const { hw, ...parts } = result as Record<string, JsonObject>; // see the protocol: every part is an object
  Object.assign(state.info.parts, parts);
  if (hw === undefined) return;
  state.info.parts.health = hw.health as JsonObject; // likewise
  state.info.parts.system = { ...state.info.parts.system, platform: hw.platform ?? null };
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

async function post({ url }: Simulator, path: string, options: CallOptions = {}): Promise<undefined> {
  await call(url, "POST", path, options);
}

const select =
  (image: string): Step =>
  ({ state }) =>
    void (state.msd.drive.image = image);

const connect: Step = async (simulator) => {
  simulator.state.msd.drive.image = "small.iso";
  await post(simulator, "/api/msd/set_connected?connected=1");
};

const login =
  (options: CallOptions = {}): Step =>
  async ({ url }) => {
    const body = "user=admin&passwd=admin";
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

function disable({ state }: Simulator): undefined {
  state.atx.enabled = false;
  state.msd.enabled = false;
  state.log.enabled = false;
  state.prometheus.authRequired = false;
  state.hid.online = false;
  Object.assign(state.hid.mouseOutputs, { available: [], active: "" });
}
