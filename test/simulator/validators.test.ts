/** What kvmd 4.197's own checks make of a parameter, run side by side: `validators.jsonl` has its answers. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test, type TestContext } from "node:test";

import { ValidatorError } from "../../src/simulator/api/errors";
import { showFloat } from "../../src/simulator/api/python-numbers";
import * as valid from "../../src/simulator/api/validators";
import { Age } from "../../src/simulator/age";
import { keyNames } from "../../src/simulator/hid/keys";
import { manualClock, type ManualClock } from "../../src/simulator";
import { call, device } from "./device";

const BOOL = "bool (['1', 'true', 'yes'] or ['0', 'false', 'no'])";

type Raw = string | undefined;
/** A text, or its pieces: a character and how often it stands there. */
type Written = string | null | readonly (string | readonly [string, number])[];
interface Expected {
  /** Numbers as Python prints them. */
  value?: Written | boolean;
  error?: Written;
}

const ROWS = readFileSync(resolve(__dirname, "../../../test/simulator/validators.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as [check: string, raw: Written, expected: Expected]); // the table's shape

const float = (range: Parameters<typeof valid.float>[1]) => (raw: Raw) => showFloat(valid.float(raw, range));
const colour = (raw: Raw): string => {
  const parts = valid.switchColor(raw);
  if (parts === undefined) return "default";
  const [rgb, brightness, blink] = [parts.slice(0, 3), parts.slice(3, 4), parts.slice(4)].map((bytes) =>
    bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(""),
  );
  return `${rgb ?? ""}:${brightness ?? ""}:${(blink ?? "").padStart(4, "0")}`;
};

/** What is a function of its own; undefined stands for None. */
const CHECKS: Readonly<Record<string, (raw: Raw) => unknown>> = {
  bool: valid.bool,
  int: (raw) => valid.int(raw),
  "int from 0": (raw) => valid.int(raw, { min: 0 }),
  "float from 0": float({ min: 0 }),
  "float from 0.1": float({ min: 0.1 }),
  "stream quality": valid.streamQuality,
  "stream resolution": valid.streamResolution,
  "Mouse move": (raw) => valid.clampedInt(raw, "Mouse move", -32768, 32767),
  "Mouse delta": (raw) => valid.clampedInt(raw, "Mouse delta", -127, 127),
  "string list": (raw) =>
    valid.list(raw, "string list", (item) => valid.exactlyOneOf(item, "Keyboard key", keyNames(new Age()))).join(""),
  "GPIO channel": valid.gpioChannel,
  "username characters": valid.user,
  "passwd characters": (raw = "") => valid.passwd(raw),
  "auth token": (raw = "") => valid.authToken(raw),
  "HTTP|HTTPS URL": valid.url,
  "switch EDID ID": (raw) => valid.edidId(raw, { allowDefault: false }),
  "switch EDID ID or default": (raw) => valid.edidId(raw, { allowDefault: true }),
  "switch EDID data": valid.edidData,
  "switch color": colour,
  "switch port name": valid.portName,
  "not empty stripped string": (raw) => valid.nonEmptyString(raw),
  "MSD image name": valid.imageName,
  keymap: valid.keymap,
};

/** Where a part of the simulator holds the range or the list: the call that has the parameter. */
const CALLS: Readonly<Record<string, { path: string; name: string; method?: "GET"; body?: string }>> = {
  "keys delay": { path: "/api/hid/print", name: "delay", body: "" },
  "ATX delay": { path: "/api/switch/set_port_params?port=0", name: "atx_click_power_delay" },
  "log seek": { path: "/api/log", name: "seek", method: "GET" },
  "stream FPS": { path: "/api/streamer/set_params", name: "desired_fps" },
  "stream H264 bitrate": { path: "/api/streamer/set_params", name: "h264_bitrate" },
  "stream H264 GOP": { path: "/api/streamer/set_params", name: "h264_gop" },
  "expiration time": { path: "", name: "" },
  "Mouse button": { path: "/api/hid/events/send_mouse_button", name: "button" },
  "Keyboard output": { path: "/api/hid/set_params", name: "keyboard_output" },
  "Mouse output": { path: "/api/hid/set_params", name: "mouse_output" },
  "Keyboard key": { path: "/api/hid/events/send_key", name: "key" },
  "ATX power action": { path: "/api/atx/power", name: "action" },
  "ATX button": { path: "/api/atx/click", name: "button" },
};

function written(text: Written): string | undefined {
  if (text === null) return undefined;
  if (typeof text === "string") return text;
  return text.map((piece) => (typeof piece === "string" ? piece : piece[0].repeat(piece[1]))).join("");
}

function readable(text: Written | boolean | undefined): unknown {
  return typeof text === "object" ? written(text) : text;
}

/** kvmd reads unit and port off the number as it prints it; the last ones are more than it can take. */
const PORTS = {
  ...{ "0": 0, "7": 7, "1.0": 1, "1.1": 0, "1.10": 0, "2.25": 7, "2.04": 7, "0.5": 3, "3.0001": 8, "9.9": 19 },
  ...{ "1_0": 10, "１.２": 1, "nan": 500, "inf": 500, "1e-5": 500 }, // prettier-ignore
};

test("finds a port of the Switch as kvmd does", async (t) => {
  const { url, state, clock } = await device(t, { tls: false, switchUnits: 5, clock: manualClock() });
  for (const [port, expected] of Object.entries(PORTS)) {
    const { status } = await call(url, "POST", `/api/switch/set_active?port=${encodeURIComponent(port)}`);
    await (clock as ManualClock).advance(100);
    assert.equal(status === 200 ? state.switch.chain.active : status, expected, port);
  }
});

/** A parameter that is there and empty is another case than one that is missing, and not the same for all. */
const EMPTY: readonly (readonly [method: "GET" | "POST", path: string, says: string | number])[] = [
  ["POST", "/api/gpio/switch?channel=&state=1", "The argument '' is not a valid GPIO channel"],
  ["POST", "/api/gpio/pulse?channel=%20", "The argument '' is not a valid GPIO channel"],
  ["POST", "/api/gpio/switch?channel=x&state=", `None argument is not a valid ${BOOL}`],
  ["POST", "/api/atx/power?action=on&wait=%20", `None argument is not a valid ${BOOL}`],
  ["POST", "/api/atx/power?action=", "The argument '' is not a valid ATX power action"],
  ["POST", "/api/msd/write_remote?url=", "The argument '' is not a valid HTTP|HTTPS URL"],
  ["POST", "/api/msd/write_remote?url=http://[", "http://["],
  ["POST", "/api/msd/set_params?cdrom=", `None argument is not a valid ${BOOL}`],
  ["POST", "/api/streamer/set_params?quality=&desired_fps=&h264_bitrate=&h264_gop=", 200],
  ["POST", "/api/streamer/set_params?quality=%20", "None argument is not a valid stream quality"],
  ["POST", "/api/streamer/set_params?desired_fps=%09", "None argument is not a valid stream FPS"],
  ["POST", "/api/streamer/set_params?h264_bitrate=+", "None argument is not a valid stream H264 bitrate"],
  ["POST", "/api/streamer/set_params?h264_gop=%E3%80%80", "None argument is not a valid stream H264 GOP"],
  ["GET", "/api/streamer/snapshot?save=", `None argument is not a valid ${BOOL}`],
  ["POST", "/api/hid/print?keymap=", "None argument is not a valid keymap"],
  ["POST", "/api/hid/print?keymap=.x", "The argument '.x' is not a valid keymap"],
  ["POST", "/api/hid/print?delay=nan", 200],
  ["POST", "/api/hid/print?delay=inf", "The argument 'inf' must be keys delay and lesser or equal then 5"],
  ["POST", "/api/hid/print?limit=1_000", 200],
  ["POST", "/api/switch/edids/remove?id=AbC", "The argument 'AbC' is not a valid switch EDID ID"],
  ["POST", "/api/switch/edids/change?id=12345678-90ab-CDEF-1234-567890abcdEF&name=", "No specified EDID ID found"],
  ["POST", "/api/gpio/pulse?channel=bell&delay=nan", 200],
  ["POST", "/api/gpio/pulse?channel=bell2&delay=nan&wait=1", 500],
  // It stumbles over its own name for it, whether or not there is such an EDID.
  ["POST", `/api/switch/edids/change?id=12345678-90ab-cdef-1234-567890abcdef&data=${"0".repeat(256)}`, 500],
  ["GET", "/api/ws?stream=", `None argument is not a valid ${BOOL}`],
];

test("says of an empty parameter what kvmd says", async (t) => {
  const { url, state } = await device(t, { tls: false });
  for (const name of ["bell", "bell2"]) state.gpio.addOutput(name, { pulse: { delay: 0.1 } });
  for (const [method, path, says] of EMPTY) {
    const answer = await call(url, method, path);
    assert.equal(answer.status === 400 ? answer.result.error_msg : answer.status, says, path);
  }
});

for (const name of new Set(ROWS.map(([check]) => check)))
  test(`checks as kvmd does: ${name}`, async (t) => {
    const rows = ROWS.filter(([check]) => check === name);
    const check = CHECKS[name];
    if (check === undefined) await overHttp(t, name, rows);
    else for (const [, raw, expected] of rows) compare(check, written(raw), expected);
  });

function compare(check: (raw: Raw) => unknown, raw: Raw, { value, error }: Expected): void {
  const what = JSON.stringify(raw);
  try {
    const made = check(raw);
    assert.equal(error, undefined, what);
    // Beyond 2 to the 53rd nothing of kvmd's looks at the digits.
    const known = typeof made === "number" ? Number(value) : readable(value);
    assert.equal(made, known, what);
  } catch (failure) {
    if (!(failure instanceof ValidatorError)) throw failure;
    assert.equal(failure.message, readable(error), what);
  }
}

async function overHttp(t: TestContext, name: string, rows: typeof ROWS): Promise<void> {
  const simulator = await device(t, { tls: false, switchUnits: 1 });
  for (const [, text, { error }] of rows) {
    const raw = written(text);
    const answer =
      name === "expiration time" ? await loggedIn(simulator.url, raw) : await asked(simulator.url, name, raw);
    if (answer === undefined) continue;
    const said = answer.status === 400 ? answer.result.error_msg : answer.status;
    // A button that is pressed already: the check was passed.
    assert.equal(said === 409 ? 200 : said, readable(error) ?? 200, `${name} ${JSON.stringify(raw)}`);
  }
}

function asked(url: string, name: string, raw: Raw): ReturnType<typeof call> | undefined {
  const { path, name: parameter, method = "POST", body } = CALLS[name] ?? { path: "", name: "" };
  // Where it has a default, or is left out.
  if (raw === undefined && !/^(Mouse button|Keyboard key|ATX power action|ATX button)$/.test(name)) return undefined;
  if (raw === "" && name.startsWith("stream")) return undefined;
  const query = raw === undefined ? "" : `${path.includes("?") ? "&" : "?"}${parameter}=${encodeURIComponent(raw)}`;
  return call(url, method, path + query, body === undefined ? {} : { body });
}

function loggedIn(url: string, raw: Raw): ReturnType<typeof call> | undefined {
  if (raw === undefined) return undefined;
  const body = new URLSearchParams({ user: "admin", passwd: "admin", expire: raw }).toString();
  return call(url, "POST", "/api/auth/login", {
    body,
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  });
}
