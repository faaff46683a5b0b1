import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { after, afterEach, before, describe, test } from "node:test";
import { scaledClock, startSimulator, type Fault, type Simulator } from "../../src/simulator";
import { device, fields, flow, node } from "../harness/flows";
import { NodeRed } from "../harness/node-red";

/** What a flow sees of an error; `message` is checked to say something, not word by word. */
interface Expected {
  name: string;
  kinds?: string[];
  status_code?: number;
  error?: string;
  code: string | RegExp;
  retryable: boolean;
  outcome?: "unknown";
  says: RegExp;
}

interface Case {
  when: string;
  /** Properties of the device node. */
  device?: object | (() => object);
  /** Properties of the action node. Default: an atx-power that presses the power button. */
  type?: string;
  node?: Record<string, unknown>;
  fault?: Fault;
  prepare?: () => void;
  msg?: Record<string, unknown>;
  expected: Expected;
}

const CLICK = fields({ action: ["choice", "click_power"], wait: ["choice", "accepted"] });
const STATE = fields({ action: ["choice", "state"] });
const API = ["APIError", "PiKVMError"];

const red = NodeRed.duringTests();
let simulator: Simulator;
let silent: { server: Server; port: number; sockets: Socket[] };

before(async () => {
  simulator = await startSimulator({ clock: scaledClock(10), redirectPort: 0 });
  silent = await startSilentServer();
});
after(async () => {
  await simulator.close();
  silent.sockets.forEach((socket) => socket.destroy());
  silent.server.close();
});
afterEach(() => {
  simulator.faults.clear();
  simulator.host.forget();
  simulator.state.atx.enabled = true;
  simulator.host.settings.ignoresPowerButton = false;
});

const cases: Case[] = [
  {
    when: "nobody listens at the address",
    device: { address: "127.0.0.1:1" },
    expected: {
      name: "ConnectError",
      kinds: ["PiKVMError"],
      code: "ECONNREFUSED",
      retryable: true,
      says: /refuses connections/,
    },
  },
  {
    when: "the name is not known",
    device: { address: "no-such-host.invalid" },
    expected: { name: "ConnectError", code: /ENOTFOUND|EAI_AGAIN/, retryable: true, says: /no-such-host.invalid/ },
  },
  {
    when: "the host does not answer a connection",
    device: () => ({ address: `127.0.0.1:${silent.port}`, connectTimeout: "0.2" }),
    expected: {
      name: "ConnectionTimeoutError",
      kinds: ["PiKVMError"],
      code: "UND_ERR_CONNECT_TIMEOUT",
      retryable: true,
      says: /in time/,
    },
  },
  {
    when: "the certificate is self-signed and not trusted",
    device: { trust: "system" },
    expected: {
      name: "ConnectError",
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
      retryable: false,
      says: /sha256:([0-9A-F]{2}:){31}.*pin/,
    },
  },
  {
    when: "the certificate is not the pinned one",
    device: { fingerprint: "00:".repeat(31) + "00" },
    expected: { name: "ConnectError", code: "FINGERPRINT_MISMATCH", retryable: false, says: /another certificate/ },
  },
  {
    when: "the answer does not come in time",
    device: { timeout: "0.2" },
    node: STATE,
    fault: { kind: "hang" },
    expected: { name: "ConnectionTimeoutError", code: "TIMEOUT", retryable: true, says: /in time/ },
  },
  {
    when: "the answer to a press does not come in time",
    device: { timeout: "1" },
    fault: { kind: "hang", method: "POST", after: true },
    expected: {
      name: "ConnectionTimeoutError",
      code: "TIMEOUT",
      retryable: false,
      outcome: "unknown",
      says: /may or may not/,
    },
  },
  {
    when: "the connection breaks after a press was sent",
    fault: { kind: "reset", method: "POST", after: true },
    expected: {
      name: "ConnectError",
      code: /ECONNRESET|UND_ERR_SOCKET/,
      retryable: false,
      outcome: "unknown",
      says: /may or may not/,
    },
  },
  {
    when: "there are no credentials (401)",
    device: { user: "", credentials: { password: "" } },
    expected: {
      name: "AuthError",
      kinds: API,
      status_code: 401,
      error: "UnauthorizedError",
      code: "HTTP_401",
      retryable: false,
      says: /no usable user name/,
    },
  },
  {
    when: "the password is wrong (403)",
    device: { credentials: { password: "wrong" } },
    expected: {
      name: "AuthError",
      kinds: API,
      status_code: 403,
      error: "ForbiddenError",
      code: "HTTP_403",
      retryable: false,
      says: /refused/,
    },
  },
  {
    when: "the device is busy (409)",
    fault: {
      kind: "status",
      method: "POST",
      code: 409,
      body: envelope("AtxIsBusyError", "Performing another ATX operation"),
    },
    expected: {
      name: "BusyError",
      kinds: API,
      status_code: 409,
      error: "AtxIsBusyError",
      code: "HTTP_409",
      retryable: true,
      says: /Performing another ATX operation/,
    },
  },
  {
    when: "a subsystem is offline (503)",
    node: STATE,
    fault: { kind: "status", code: 503, body: envelope("UnavailableError", "Service Unavailable") },
    expected: {
      name: "UnavailableError",
      kinds: API,
      status_code: 503,
      error: "UnavailableError",
      code: "HTTP_503",
      retryable: true,
      says: /Service Unavailable/,
    },
  },
  {
    when: "ATX is switched off on the device (400)",
    prepare: () => (simulator.state.atx.enabled = false),
    expected: {
      name: "APIError",
      status_code: 400,
      error: "AtxDisabledError",
      code: "HTTP_400",
      retryable: false,
      says: /ATX is disabled/,
    },
  },
  {
    when: "an HTTP 200 says that it is not ok",
    node: STATE,
    fault: { kind: "not-ok", error: "OddError", message: "it is odd" },
    expected: {
      name: "APIError",
      kinds: ["PiKVMError"],
      status_code: 0,
      error: "OddError",
      code: "NOT_OK",
      retryable: false,
      says: /odd/,
    },
  },
  {
    when: "a web page answers instead of the device",
    node: STATE,
    fault: { kind: "html" },
    expected: {
      name: "ResponseError",
      kinds: API,
      status_code: 200,
      code: "BAD_RESPONSE",
      retryable: false,
      says: /web page/,
    },
  },
  {
    when: "a proxy cannot reach the device",
    node: STATE,
    fault: { kind: "proxy-error", code: 502 },
    expected: { name: "APIError", status_code: 502, error: "", code: "HTTP_502", retryable: true, says: /kvmd/ },
  },
  {
    when: "the JSON is cut in half",
    node: STATE,
    fault: { kind: "truncated" },
    expected: {
      name: "ResponseError",
      status_code: 200,
      code: "BAD_RESPONSE",
      retryable: false,
      says: /Expected the JSON/,
    },
  },
  {
    when: "the body is cut short",
    node: STATE,
    fault: { kind: "cut" },
    expected: { name: "ResponseError", status_code: 200, code: "CUT_SHORT", retryable: true, says: /cut short/ },
  },
  {
    when: "something that is not HTTP answers",
    node: STATE,
    fault: { kind: "garbage" },
    expected: { name: "ResponseError", code: "NOT_HTTP", retryable: false, says: /did not answer with HTTP/ },
  },
  {
    when: "the http address is redirected to https",
    device: () => ({ address: simulator.redirectUrl }),
    expected: {
      name: "RedirectError",
      kinds: API,
      status_code: 301,
      code: "HTTP_301",
      retryable: false,
      says: /Change .* to https/,
    },
  },
  {
    when: "the action is not known",
    node: fields({ action: ["msg", "payload"] }),
    msg: { payload: "explode" },
    expected: {
      name: "ConfigurationError",
      kinds: ["PiKVMError"],
      code: "INVALID_INPUT",
      retryable: false,
      says: /"explode".*power_or_reset/,
    },
  },
  {
    when: "a number is out of range",
    node: fields({ action: ["choice", "on"], timeout: ["str", "forever"] }),
    expected: {
      name: "ConfigurationError",
      code: "INVALID_INPUT",
      retryable: false,
      says: /^Confirmed within: "forever" \(from [^)]+\) cannot be used, expected a number of seconds from 0\.1 to 3600/,
    },
  },
  {
    when: "a message lacks the value of a field, which is called as in the dialog",
    type: "pikvm-screen",
    node: fields({ action: ["choice", "snapshot"], maxWidth: ["msg", "width"] }),
    expected: {
      name: "ConfigurationError",
      code: "INVALID_INPUT",
      retryable: false,
      says: /^Width at most: the value from msg\.width cannot be used, expected a whole number of pixels .*; nothing was given\.$/,
    },
  },
  {
    when: "an expression fails",
    node: fields({ action: ["jsonata", "$notAFunction()"] }),
    expected: {
      name: "ConfigurationError",
      code: "INVALID_INPUT",
      retryable: false,
      says: /expression could not be evaluated/,
    },
  },
  {
    when: "no device is chosen",
    node: { device: "" },
    expected: { name: "ConfigurationError", code: "NOT_CONFIGURED", retryable: false, says: /No device is chosen/ },
  },
  {
    when: "the device has no address",
    device: { address: "" },
    expected: { name: "ConfigurationError", code: "NOT_CONFIGURED", retryable: false, says: /no address/ },
  },
  {
    when: "msg.pikvm names no device",
    node: { deviceFromMsg: true },
    msg: { pikvm: "elsewhere" },
    expected: { name: "ConfigurationError", code: "NOT_CONFIGURED", retryable: false, says: /"elsewhere".*bench/ },
  },
  {
    when: "the device is read-only",
    device: { readOnly: true },
    expected: { name: "ConfigurationError", code: "READ_ONLY", retryable: false, says: /nothing was sent/ },
  },
  {
    when: "the power LED does not confirm",
    prepare: () => {
      simulator.host.power = false;
      simulator.host.settings.ignoresPowerButton = true;
    },
    node: fields({ action: ["choice", "on"], wait: ["choice", "led"], timeout: ["num", "0.3"] }),
    expected: {
      name: "WaitTimeoutError",
      kinds: ["PiKVMError"],
      code: "WAIT_TIMEOUT",
      retryable: false,
      says: /power LED was not on/,
    },
  },
  {
    when: "the image does not exist",
    type: "pikvm-msd-mount",
    msg: { payload: "nothing.iso" },
    expected: { name: "ConfigurationError", code: "INVALID_INPUT", retryable: false, says: /no image "nothing.iso"/ },
  },
  {
    when: "the key does not exist",
    type: "pikvm-hid-keys",
    node: fields({ action: ["choice", "key"], key: ["str", "AnyKey"] }),
    expected: { name: "ConfigurationError", code: "INVALID_INPUT", retryable: false, says: /"AnyKey" is not a key/ },
  },
];

describe("an error of an action", () => {
  for (const item of cases) {
    test(`${item.expected.name}: ${item.when}`, async () => {
      await arrivesOnTheOutput(item);
      simulator.faults.clear();
      simulator.host.forget();
      await arrivesInCatch(item);
    });
  }
});

test("a cancelled message leaves as CancelledError, on the error output or in a Catch node", async () => {
  for (const wires of [[["result"], ["error"]], [["result"]]]) {
    const typing = node("pikvm-hid-keys", { wires, ...fields({ delay: ["num", "5"] }) });
    await red.deploy(flow(device(simulator), typing));
    red.forget();
    red.send("node", { payload: "a long text" });
    red.send("node", { reset: true });
    const msg = await red.message(wires.length === 2 ? "error" : "caught");
    const error = (wires.length === 2 ? msg["error"] : msg["_error"]) as { name: string; code: string };
    assert.equal(error.name, "CancelledError");
    assert.equal(error.code, "CANCELLED");
    assert.equal(msg["payload"], "a long text");
    assert.deepEqual(red.at(wires.length === 2 ? "caught" : "error"), []);
  }
});

async function arrivesOnTheOutput(item: Case): Promise<void> {
  await deployWith(item, [["result"], ["error"]]);
  red.send("node", { topic: "kept", payload: "unused", ...item.msg });
  const msg = await red.message("error");
  check(msg["error"], item);
  assert.equal(msg["topic"], "kept");
  assert.equal(msg["payload"], item.msg?.["payload"] ?? "unused", "the payload stays as it was");
  assert.deepEqual(red.at("caught"), [], "an error that went to the output must not be caught as well");
  assert.deepEqual(red.at("result"), []);
}

async function arrivesInCatch(item: Case): Promise<void> {
  await deployWith(item, [["result"], []]);
  red.send("node", { payload: "unused", ...item.msg });
  const msg = await red.message("caught");
  const caught = msg["error"] as { message: string; source: { id: string } };
  assert.match(caught.message, new RegExp(`^${item.expected.name}: `));
  assert.equal(caught.source.id, "node");
  check(msg["_error"], item);
  assert.deepEqual(red.at("error"), []);
  assert.deepEqual(red.at("result"), []);
}

async function deployWith(item: Case, wires: string[][]): Promise<void> {
  const overrides = typeof item.device === "function" ? (item.device as () => object)() : item.device;
  const type = item.type ?? "pikvm-atx-power";
  const config = item.node ?? (type === "pikvm-atx-power" ? CLICK : {});
  await red.deploy(flow(device(simulator, overrides), node(type, { ...config, wires })));
  red.forget();
  item.prepare?.();
  if (item.fault) simulator.faults.add(item.fault);
}

function check(actual: unknown, { expected }: Case): void {
  const error = actual as Record<string, unknown> & { kinds: string[]; message: string; code: string };
  assert.equal(error["name"], expected.name);
  assert.deepEqual(error.kinds, expected.kinds ? [expected.name, ...expected.kinds] : error.kinds);
  assert.equal(error.kinds.at(-1), "PiKVMError");
  assert.equal(error["status_code"], expected.status_code ?? 0);
  assert.equal(error["error"], expected.error ?? "");
  assert.equal(typeof error["error_msg"], "string");
  assert.match(error.code, typeof expected.code === "string" ? new RegExp(`^${expected.code}$`) : expected.code);
  assert.equal(error["retryable"], expected.retryable);
  assert.equal(error["outcome"], expected.outcome);
  assert.match(error.message, expected.says);
  const source = error["source"] as Record<string, unknown>;
  assert.equal(source["id"], "node");
  assert.match(String(source["type"]), /^pikvm-/);
}

function envelope(error: string, error_msg: string): string {
  return JSON.stringify({ ok: false, result: { error, error_msg } });
}

/** Accepts connections and says nothing: a TLS handshake with it hangs. */
async function startSilentServer(): Promise<typeof silent> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on("error", () => undefined)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port, sockets };
}
