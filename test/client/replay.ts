import type { RequestListener } from "node:http";
import type { Readable } from "node:stream";
import type { Method, PiKVM } from "../../src/client";
import { breaksOff, type Recorded } from "../recordings/answers";

/** A call of the client for a recorded request. */
export interface Replay {
  /** What the call makes of the answer. */
  run(kvm: PiKVM, recorded: Recorded): Promise<unknown>;
  /** What it should, for a success. */
  expected(recorded: Recorded): unknown;
  /** The type of `expected`, as an expression of types of the client; where it says what the device sent. */
  type?: string;
  /** Whether the client takes it for a change of the device. */
  changes: boolean;
}

const result = ({ json }: Recorded): unknown => json?.result;
const whole = ({ json }: Recorded): unknown => json;
const part = (name: string) => (recorded: Recorded) => recorded.json?.result?.[name];
const bodyText = ({ body }: Recorded): string => body.toString();

function read(type: string | undefined, run: Replay["run"], expected: Replay["expected"] = result): Replay {
  return { run, expected, changes: false, ...(type === undefined ? {} : { type }) };
}

function change(run: Replay["run"], expected: Replay["expected"] = () => undefined): Replay {
  return { run, expected, changes: true };
}

const MEDIUM = "/redfish/v1/Managers/BMC/VirtualMedia/MSD";
const RESET = "/redfish/v1/Systems/0/Actions/ComputerSystem.Reset";
const EDID = "0".repeat(256);

/** By method and path; the arguments do not matter to the answer. */
const CALLS: Record<string, Replay> = {
  "GET /api/atx": read("AtxState", (kvm) => kvm.atx.getState()),
  "POST /api/atx/power": change((kvm) => kvm.atx.powerOn()),
  "POST /api/atx/click": change((kvm) => kvm.atx.clickPower()),
  "GET /api/auth/check": read(undefined, (kvm) => kvm.auth.check(), () => undefined), // prettier-ignore
  "POST /api/auth/login": { ...read("string", (kvm) => kvm.auth.login(), tokenOf), changes: false },
  "POST /api/auth/logout": { ...change((kvm) => kvm.auth.logout()), changes: false },
  "GET /api/export/prometheus/metrics": read("string", async (kvm) => (await kvm.prometheus.getMetrics()).text, bodyText), // prettier-ignore
  "GET /api/gpio": read("GpioState", (kvm) => kvm.gpio.getState()),
  "POST /api/gpio/switch": change((kvm) => kvm.gpio.switch("x", true)),
  "POST /api/gpio/pulse": change((kvm) => kvm.gpio.pulse("x")),
  "GET /api/hid": read("HidState", (kvm) => kvm.hid.getState()),
  "GET /api/hid/keymaps": read('Awaited<ReturnType<Hid["getKeymaps"]>>', (kvm) => kvm.hid.getKeymaps(), part("keymaps")), // prettier-ignore
  "GET /api/hid/inactivity": read("number", (kvm) => kvm.hid.getInactivity(), part("inactivity")),
  "POST /api/hid/set_params": change((kvm) => kvm.hid.setParams({})),
  "POST /api/hid/set_connected": change((kvm) => kvm.hid.setConnected(true)),
  "POST /api/hid/reset": change((kvm) => kvm.hid.reset()),
  "POST /api/hid/print": change((kvm) => kvm.hid.typeText("a"), () => 1), // prettier-ignore
  "POST /api/hid/events/send_key": change((kvm) => kvm.hid.sendKey("KeyA", false)),
  "POST /api/hid/events/send_shortcut": change((kvm) => kvm.hid.sendShortcut(["KeyA"])),
  "POST /api/hid/events/send_mouse_button": change((kvm) => kvm.hid.sendMouseButton("left")),
  "POST /api/hid/events/send_mouse_move": change((kvm) => kvm.hid.sendMouseMove(0, 0)),
  "POST /api/hid/events/send_mouse_relative": change((kvm) => kvm.hid.sendMouseRelative(0, 0)),
  "POST /api/hid/events/send_mouse_wheel": change((kvm) => kvm.hid.sendMouseWheel(0, 0)),
  "GET /api/info": read("InfoState", (kvm) => kvm.system.getInfo()),
  "GET /api/log": read("string", (kvm) => kvm.system.getLog(), bodyText),
  "GET /api/msd": read("MsdState", (kvm) => kvm.msd.getState()),
  "GET /api/msd/read": read(undefined, async (kvm) => bytesOf((await kvm.msd.download("x")).stream), ({ body }) => body), // prettier-ignore
  "POST /api/msd/set_params": change((kvm) => kvm.msd.setParams({})),
  "POST /api/msd/set_connected": change((kvm) => kvm.msd.setConnected(true)),
  "POST /api/msd/remove": change((kvm) => kvm.msd.remove("x")),
  "POST /api/msd/reset": change((kvm) => kvm.msd.reset()),
  "POST /api/msd/write": { ...change((kvm) => kvm.msd.upload("x", Buffer.of(0)), part("image")), type: "StoredImage" },
  "POST /api/msd/write_remote": { ...change((kvm) => kvm.msd.uploadRemote("http://x"), lastImage), type: "StoredImage" }, // prettier-ignore
  "GET /api/streamer": read("StreamerState", (kvm) => kvm.streamer.getState()),
  "GET /streamer/state": read("UstreamerState", (kvm) => kvm.streamer.getUstreamerState()),
  "GET /api/streamer/ocr": read("OcrInfo", (kvm) => kvm.streamer.getOcrInfo(), part("ocr")),
  "GET /api/streamer/snapshot": read(
    undefined,
    async (kvm, { query }) => (query.has("ocr") ? kvm.streamer.ocr() : (await kvm.streamer.snapshot()).image),
    ({ query, body }) => (query.has("ocr") ? body.toString() : body),
  ),
  "DELETE /api/streamer/snapshot": change((kvm) => kvm.streamer.deleteSnapshot()),
  "POST /api/streamer/set_params": change((kvm) => kvm.streamer.setParams({})),
  "POST /api/streamer/reset": change((kvm) => kvm.streamer.reset()),
  "GET /streamer/stream": read(
    undefined,
    async (kvm) => bytesOf((await kvm.stream("GET", "/streamer/stream")).body),
    ({ body }) => body,
  ),
  "GET /api/switch": read("SwitchState", (kvm) => kvm.switch.getState()),
  "POST /api/switch/set_active": change((kvm) => kvm.switch.setActive(0)),
  "POST /api/switch/set_active_prev": change((kvm) => kvm.switch.setActivePrev()),
  "POST /api/switch/set_beacon": change((kvm) => kvm.switch.setBeacon({ port: 0 }, true)),
  "POST /api/switch/set_port_params": change((kvm) => kvm.switch.setPortParams(0, {})),
  "POST /api/switch/set_colors": change((kvm) => kvm.switch.setColors({})),
  "POST /api/switch/reset": change((kvm) => kvm.switch.reset(0)),
  "POST /api/switch/atx/power": change((kvm) => kvm.switch.atxPower(0, "on")),
  "POST /api/switch/atx/click": change((kvm) => kvm.switch.atxClick(0, "power")),
  "POST /api/switch/edids/create": change((kvm) => kvm.switch.createEdid("x", EDID), part("id")),
  "POST /api/switch/edids/change": change((kvm) => kvm.switch.changeEdid("x", { name: "y" })),
  "POST /api/switch/edids/remove": change((kvm) => kvm.switch.removeEdid("x")),
  "GET /redfish/v1": read("RedfishRoot", (kvm) => kvm.redfish.getRoot(), whole),
  "GET /redfish/v1/Systems": read("RedfishCollection", (kvm) => kvm.redfish.getSystems(), whole),
  "GET /redfish/v1/Systems/0": read("RedfishSystem", (kvm) => kvm.redfish.getSystem(), whole),
  "PATCH /redfish/v1/Systems/0": change((kvm) => kvm.redfish.updateSystem()),
  [`POST ${RESET}`]: change((kvm) => kvm.redfish.reset("On")),
  "GET /redfish/v1/Managers": read("RedfishCollection", (kvm) => kvm.redfish.getManagers(), whole),
  "GET /redfish/v1/Managers/BMC": read("RedfishManager", (kvm) => kvm.redfish.getManager(), whole),
  "GET /redfish/v1/Managers/BMC/VirtualMedia": read("RedfishCollection", (kvm) => kvm.redfish.getVirtualMediaCollection(), whole), // prettier-ignore
  [`GET ${MEDIUM}`]: read("RedfishVirtualMedia", (kvm) => kvm.redfish.getVirtualMedia(), whole),
  [`POST ${MEDIUM}/Actions/VirtualMedia.InsertMedia`]: change((kvm) => kvm.redfish.insertMedia("x")),
  [`POST ${MEDIUM}/Actions/VirtualMedia.EjectMedia`]: change((kvm) => kvm.redfish.ejectMedia()),
  "GET /api/ws": read(undefined, connection),
};

/** The method for it, or `request` where the client has none. Undefined for what the client cannot send. */
export function replayOf({ method, path }: Recorded): Replay | undefined {
  const known = CALLS[`${method} ${path.replace(/^\/api\/redfish/, "/redfish")}`];
  if (known) return known;
  const id = /\/redfish\/v1\/Systems\/(\w+)$/.exec(path)?.[1] ?? "";
  if (method === "GET" && id !== "") return read("RedfishSystem", (kvm) => kvm.redfish.getSystem(id), whole);
  if (!/^(GET|POST|PATCH|DELETE)$/.test(method)) return undefined;
  const verb = method as Method; // just checked
  const ask = async (kvm: PiKVM, { json }: Recorded): Promise<unknown> =>
    (await kvm.request(verb, path, { as: json === undefined ? "buffer" : "json" })).body;
  return { run: ask, expected: ({ json, body }) => json ?? body, changes: method !== "GET" };
}

/** Resolves when there is a connection, and fails as the first one does. */
async function connection(kvm: PiKVM): Promise<void> {
  const stream = kvm.events();
  try {
    await new Promise<void>((done, fail) =>
      stream.on("connection", ({ connected, error }) => {
        if (connected) done();
        else if (error) fail(error);
      }),
    );
  } finally {
    await stream.close();
  }
}

/** Empty where the device makes no session. */
function tokenOf({ headers }: Recorded): string {
  const cookie = headers.find(([name]) => name === "Set-Cookie")?.[1] ?? "";
  return /^auth_token=([^;]*)/.exec(cookie)?.[1] ?? "";
}

function lastImage({ body }: Recorded): unknown {
  const last = body.toString().trim().split("\r\n").at(-1) ?? "";
  return (JSON.parse(last) as { result: { image: unknown } }).result.image; // what each of its records holds
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  return Buffer.concat((await stream.toArray()) as Buffer[]); // a stream of bytes
}

/** A device that gives the recorded answer to the recorded request, and `elsewhere` to all others. */
export function replaying(recorded: Recorded, elsewhere: RequestListener): RequestListener {
  const { method, status = 200, headers, body } = recorded;
  return (request, response) => {
    if (request.method !== method || pathOf(request.url ?? "") !== pathOf(recorded.path)) {
      elsewhere(request, response);
      return;
    }
    request.resume();
    for (const [name, value] of headers) if (!OWN_HEADERS.test(name)) response.appendHeader(name, value);
    response.statusCode = status;
    response.write(body, () => (breaksOff(recorded) ? setImmediate(() => response.destroy()) : response.end()));
    if (body.length === 0) response.end();
  };
}

/** Those that depend on the connection. */
const OWN_HEADERS = /^(connection|content-length|transfer-encoding|date)$/i;

/** Redfish is served at both. */
function pathOf(url: string): string {
  return (url.split("?")[0] ?? "").replace(/^\/redfish/, "/api/redfish");
}
