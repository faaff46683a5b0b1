import assert from "node:assert/strict";
import { createServer as createSecureServer } from "node:https";
import { inspect } from "node:util";
import { describe, test, type TestContext } from "node:test";
import { CancelledError, parseAddress, type PiKVM, type PiKVMOptions } from "../../src/client";
import { AUTH_METHODS } from "../../src/client/vocabulary";
import { networkError } from "../../src/client/http/network";
import type { FaultKind } from "../../src/simulator";
import { issueCertificate, startSimulator } from "../../src/simulator";
import { until } from "../harness/until";
import {
  bench,
  checkError,
  client,
  failure,
  httpServer,
  listening,
  posts,
  SECRETS,
  SIDE_BY_SIDE,
  tcpServer,
  type Expected,
} from "./kit";

const read = (kvm: PiKVM) => kvm.atx.getState();
const change = (kvm: PiKVM) => kvm.atx.clickPower();

const CONNECT = ["ConnectError", "PiKVMError"];
const TIMEOUT = ["ConnectionTimeoutError", "PiKVMError"];
const API = ["APIError", "PiKVMError"];
const RESPONSE = ["ResponseError", ...API];
const UNKNOWN = { outcome: "unknown", retryable: false } as const;

describe("errors: the device answers", SIDE_BY_SIDE, () => {
  const cases: [string, FaultKind, Expected, Partial<Expected>?][] = [
    [
      "409",
      { kind: "status", code: 409, body: envelope("AtxIsBusyError", "Busy, please try again") },
      {
        name: "BusyError",
        kinds: ["BusyError", ...API],
        code: "HTTP_409",
        statusCode: 409,
        error: "AtxIsBusyError",
        errorMsg: "Busy, please try again",
        retryable: true,
        message: /^HTTP 409: Busy, please try again$/,
      },
    ],
    [
      "503",
      { kind: "status", code: 503, body: envelope("UnavailableError", "Service Unavailable") },
      { name: "UnavailableError", kinds: ["UnavailableError", ...API], code: "HTTP_503", retryable: true },
    ],
    [
      "400 with the device's reason",
      { kind: "status", code: 400, body: envelope("AtxDisabledError", "ATX is disabled") },
      {
        name: "APIError",
        kinds: API,
        code: "HTTP_400",
        error: "AtxDisabledError",
        errorMsg: "ATX is disabled",
        retryable: false,
      },
    ],
    [
      "401",
      { kind: "status", code: 401, body: envelope("UnauthorizedError", "Unauthorized") },
      {
        name: "AuthError",
        kinds: ["AuthError", ...API],
        code: "HTTP_401",
        statusCode: 401,
        retryable: false,
        message: /user name and password/,
      },
    ],
    [
      "403",
      { kind: "status", code: 403, body: envelope("ForbiddenError", "Forbidden") },
      {
        name: "AuthError",
        code: "HTTP_403",
        statusCode: 403,
        error: "ForbiddenError",
        retryable: false,
        message: /refused/,
      },
    ],
    [
      "a 200 that is not ok",
      { kind: "not-ok", error: "MsdError", message: "Broken" },
      {
        name: "APIError",
        kinds: API,
        code: "NOT_OK",
        statusCode: 0,
        error: "MsdError",
        errorMsg: "Broken",
        retryable: false,
      },
    ],
    [
      "a 404 of something else",
      { kind: "status", code: 404, contentType: "text/plain", body: "404: Not Found" },
      { name: "APIError", code: "HTTP_404", error: "", errorMsg: "", message: /is the address that of a PiKVM/ },
    ],
    [
      "a proxy's 502",
      { kind: "proxy-error", code: 502 },
      {
        name: "APIError",
        kinds: API,
        code: "HTTP_502",
        error: "",
        errorMsg: "",
        retryable: true,
        message: /kvmd is not/,
      },
      UNKNOWN,
    ],
    ["a proxy's 504", { kind: "proxy-error", code: 504 }, { name: "APIError", code: "HTTP_504" }, UNKNOWN],
    [
      "a crash of the device's service",
      { kind: "status", code: 500, contentType: "text/plain", body: "500 Internal Server Error" },
      { name: "APIError", code: "HTTP_500", message: /text\/plain/ },
      UNKNOWN,
    ],
    [
      "a login page with 200",
      { kind: "html" },
      { name: "ResponseError", kinds: RESPONSE, code: "BAD_RESPONSE", statusCode: 200, message: /web page/ },
      UNKNOWN,
    ],
    [
      "JSON of something else",
      { kind: "status", code: 200, body: "[1]" },
      { name: "ResponseError", code: "BAD_RESPONSE", message: /not what the API documents/ },
      UNKNOWN,
    ],
    ["an empty 200", { kind: "status", code: 200 }, { name: "ResponseError", message: /empty/ }, UNKNOWN],
    ["truncated JSON", { kind: "truncated" }, { name: "ResponseError", code: "BAD_RESPONSE" }, UNKNOWN],
    [
      "a body that is cut",
      { kind: "cut" },
      { name: "ResponseError", kinds: RESPONSE, code: "CUT_SHORT", retryable: true, cause: true },
      UNKNOWN,
    ],
    [
      "an envelope with nothing in it",
      { kind: "status", code: 200, body: '{"ok": true, "result": null}' },
      { name: "ResponseError", code: "BAD_RESPONSE", message: /Expected a result/ },
      UNKNOWN,
    ],
    [
      "a 200 that is not ok and says nothing",
      { kind: "status", code: 200, body: '{"ok": false, "result": null}' },
      { name: "APIError", code: "NOT_OK", error: "", errorMsg: "", message: /no reason given/ },
    ],
    [
      "a redirect to nowhere",
      { kind: "status", code: 302 },
      { name: "RedirectError", code: "HTTP_302", message: /redirected elsewhere;/ },
      UNKNOWN,
    ],
    [
      "a 409 that is not the device's",
      { kind: "status", code: 409 },
      { name: "BusyError", code: "HTTP_409", error: "", retryable: true },
      UNKNOWN,
    ],
    [
      "a 503 that is not the device's",
      { kind: "status", code: 503 },
      { name: "UnavailableError", code: "HTTP_503", error: "", retryable: true },
      UNKNOWN,
    ],
    [
      "a redirect to HTTPS",
      { kind: "redirect", code: 301, location: "https://pikvm.lan/api/atx?secret=1" },
      {
        name: "RedirectError",
        kinds: ["RedirectError", ...API],
        code: "HTTP_301",
        message: /to https:\/\/pikvm\.lan\/api\/atx; .*Change the device's address to https/,
      },
    ],
    [
      "a redirect without HTTPS",
      { kind: "redirect", code: 308, location: "/atx" },
      { name: "RedirectError", code: "HTTP_308", message: /to \/atx; redirects are not followed\.$/ },
    ],
    [
      "garbage",
      { kind: "garbage" },
      { name: "ResponseError", kinds: RESPONSE, code: "NOT_HTTP", cause: true, retryable: false },
      UNKNOWN,
    ],
    ["a reset", { kind: "reset" }, { name: "ConnectError", kinds: CONNECT, cause: true, retryable: true }, UNKNOWN],
  ];
  for (const [title, fault, expected, changed = {}] of cases) {
    test(`${title}: reading`, async (t) => {
      const { sim, kvm } = await bench(t);
      sim.faults.add(fault);
      await failure(read(kvm), { outcome: undefined, ...expected });
    });
    test(`${title}: changing, sent once`, async (t) => {
      const { sim, kvm } = await bench(t);
      sim.faults.add(fault);
      await failure(change(kvm), { outcome: undefined, ...expected, ...changed });
      assert.equal(posts(sim).length, 1);
    });
  }

  test("a web page of another kind of server with 401 stays an AuthError", async (t) => {
    const address = await httpServer(t, (_, response) =>
      response.writeHead(401, { "content-type": "text/html" }).end("<p>no"),
    );
    const kvm = await client(t, { address: `http://${address}` });
    await failure(read(kvm), { name: "AuthError", statusCode: 401, error: "" });
  });

  test("an answer without end is given up", async (t) => {
    const megabyte = Buffer.alloc(1 << 20);
    const address = await httpServer(t, (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(megabyte));
      };
      response.on("drain", more).on("error", () => undefined);
      more();
    });
    const kvm = await client(t, { address: `http://${address}`, timeout: 30 });
    await failure(read(kvm), { name: "ResponseError", code: "TOO_LONG", retryable: false, outcome: undefined });
  });
});

describe("errors: no answer", SIDE_BY_SIDE, () => {
  const cases: [string, (t: TestContext) => Promise<PiKVM>, Expected][] = [
    [
      "refused",
      async (t) => client(t, { address: `http://${await closedPort()}` }),
      {
        name: "ConnectError",
        kinds: CONNECT,
        code: "ECONNREFUSED",
        cause: true,
        retryable: true,
        message: /refuses connections/,
      },
    ],
    [
      "unknown name",
      (t) => client(t, { address: "http://no-such-device.invalid" }),
      { name: "ConnectError", kinds: CONNECT, cause: true, retryable: true, message: /name/ },
    ],
    [
      "https to a plain port",
      async (t) => {
        const sim = await startSimulator({ tls: false });
        t.after(() => sim.close());
        return client(t, { address: `https://127.0.0.1:${sim.port}` });
      },
      { name: "ConnectError", cause: true, retryable: false, message: /http:\/\// },
    ],
    [
      "a TLS handshake that does not end",
      async (t) => client(t, { address: `https://${await tcpServer(t, ignore)}`, connectTimeout: 0.2 }),
      { name: "ConnectionTimeoutError", kinds: TIMEOUT, cause: true, retryable: true },
    ],
    [
      "a self-signed certificate",
      async (t) => {
        const sim = await startSimulator();
        t.after(() => sim.close());
        return client(t, { address: sim.url });
      },
      {
        name: "ConnectError",
        code: "DEPTH_ZERO_SELF_SIGNED_CERT",
        retryable: false,
        message: /sha256:[0-9A-F:]{95}; .*pin/,
      },
    ],
    [
      "another certificate than the pinned one",
      async (t) => {
        const sim = await startSimulator();
        t.after(() => sim.close());
        return client(t, { address: sim.url, trust: { fingerprint: "AB".repeat(32) } });
      },
      {
        name: "ConnectError",
        code: "FINGERPRINT_MISMATCH",
        retryable: false,
        message: /another certificate than the pinned one/,
      },
    ],
  ];
  for (const [title, setUp, expected] of cases) {
    for (const [kind, call] of [
      ["reading", read],
      ["changing", change],
    ] as const) {
      // Nothing was sent, so that what became of it is known.
      test(`${title}: ${kind}`, async (t) => {
        const error = await failure(call(await setUp(t)), { outcome: undefined, ...expected });
        assert.equal(Object.hasOwn(error, "outcome"), false);
      });
    }
  }

  test("http to a TLS port: of a device, which says so, and of what hangs up", async (t) => {
    const { sim } = await bench(t, { tls: true });
    const told = await client(t, { address: `http://127.0.0.1:${sim.port}` });
    const refused: Expected = { name: "APIError", statusCode: 400, message: /https:\/\//, outcome: undefined };
    await failure(read(told), refused);
    await failure(change(told), refused);
    const kvm = await client(t, { address: `http://${await listening(t, createSecureServer(issueCertificate()))}` });
    const expected: Expected = { name: "ConnectError", kinds: CONNECT, cause: true, message: /https:\/\// };
    await failure(read(kvm), { ...expected, outcome: undefined });
    await failure(change(kvm), { ...expected, ...UNKNOWN });
  });

  const LENGTH = "Content-Length: 2\r\n";
  /** Answers that break the rules of HTTP. */
  const broken: Record<string, string> = {
    "a status of 0": `HTTP/1.1 000 No\r\n${LENGTH}\r\n{}`,
    "a status below 100": `HTTP/1.1 099 No\r\n${LENGTH}\r\n{}`,
    "a switch of protocols": "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
    "a word to go on that nobody asked for": "HTTP/1.1 100 Continue\r\n\r\n",
    "headers without end": `HTTP/1.1 200 OK\r\nX: ${"a".repeat(100_000)}\r\n\r\n`,
    "two lengths": `HTTP/1.1 200 OK\r\n${LENGTH}Content-Length: 5\r\n\r\n{}`,
    "a length and chunks": `HTTP/1.1 200 OK\r\n${LENGTH}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    "another protocol": "SSH-2.0-OpenSSH_9.2\r\n",
  };
  for (const [title, answer] of Object.entries(broken)) {
    test(`${title} is no answer of a PiKVM`, async (t) => {
      const address = await tcpServer(t, (socket) => void socket.once("data", () => socket.write(answer)));
      const kvm = await client(t, { address: `http://${address}` });
      const message = /did not answer with HTTP: is it a PiKVM\?/;
      await failure(read(kvm), { name: "ResponseError", kinds: RESPONSE, code: "NOT_HTTP", message, retryable: false });
      await failure(change(kvm), { name: "ResponseError", code: "NOT_HTTP", ...UNKNOWN });
    });
  }

  test("who echoes what he is sent is quoted nowhere, on both ways and as a proxy", async (t) => {
    const echo = await tcpServer(t, (socket) => void socket.pipe(socket));
    const kvm = await client(t, { address: `http://${echo}` });
    const behind = await client(t, { address: "http://127.0.0.1:1", proxy: `http://us:er@${echo}` });
    const calls: [() => Promise<unknown>, name: string][] = [
      [() => kvm.atx.getState(), "ResponseError"],
      [() => outage(kvm), "ResponseError"],
      [() => behind.atx.getState(), "ConnectError"],
    ];
    for (const [call, name] of calls) {
      const error = await failure(call(), { name, cause: true });
      assert.doesNotMatch(inspect(error, { depth: 5 }), /rawPacket|GET \/|CONNECT 127/);
    }
  });

  const silences: [string, (t: TestContext) => Promise<string>][] = [
    ["no answer in time", async (t) => tcpServer(t, ignore)],
    ["a body that stops", async (t) => httpServer(t, (_, response) => void response.writeHead(200).write('{"ok"'))],
  ];
  for (const [title, start] of silences) {
    test(`${title}: reading may be repeated, changing not`, async (t) => {
      const kvm = await client(t, { address: `http://${await start(t)}`, timeout: 0.3 });
      await failure(read(kvm), {
        name: "ConnectionTimeoutError",
        kinds: TIMEOUT,
        code: "TIMEOUT",
        retryable: true,
        outcome: undefined,
      });
      await failure(change(kvm), { name: "ConnectionTimeoutError", code: "TIMEOUT", ...UNKNOWN });
    });
  }
});

describe("errors: what the operating system says", () => {
  const address = parseAddress("http://[fe80::1]:81");
  const cases: [string, string, RegExp][] = [
    ["EHOSTUNREACH", "ConnectError", /^\[fe80::1\]:81 cannot be reached: is the device switched on/],
    ["ENETUNREACH", "ConnectError", /no network route to \[fe80::1\]:81/],
    ["EAI_AGAIN", "ConnectError", /name resolution does not answer/],
    ["ENOTFOUND", "ConnectError", /check the address/],
    ["ETIMEDOUT", "ConnectionTimeoutError", /No connection to/],
    ["EPIPE", "ConnectError", /broke \(EPIPE\)/],
    ["EPROTO", "ConnectError", /does not speak TLS/],
    ["UND_ERR_DESTROYED", "CancelledError", /closed/],
  ];
  for (const [code, name, message] of cases) {
    test(code, () => {
      const cause = Object.assign(new Error("below"), { code });
      const retryable = name !== "CancelledError" && code !== "EPROTO";
      checkError(networkError(cause, { address }), { name, message, retryable, outcome: undefined, cause: true });
      checkError(networkError(cause, { address, changeSent: true }), { name, message, ...UNKNOWN });
    });
  }

  /** What a flow gets as the code: nothing that only an author of Node.js or undici knows. */
  const codes: [code: string, shown: string, name: string][] = [
    ["EMFILE", "EMFILE", "ConnectError"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_WRONG_VERSION_NUMBER", "ConnectError"],
    ["ERR_ASSERTION", "NOT_HTTP", "ResponseError"],
    ["HPE_INVALID_CONSTANT", "NOT_HTTP", "ResponseError"],
    ["UND_ERR_HEADERS_OVERFLOW", "NOT_HTTP", "ResponseError"],
    ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "NOT_HTTP", "ResponseError"],
    ["ERR_STREAM_PREMATURE_CLOSE", "NETWORK", "ConnectError"],
    ["ERR_INVALID_ARG_TYPE", "NETWORK", "ConnectError"],
    ["UND_ERR", "NETWORK", "ConnectError"],
    ["UND_ERR_INFO", "NETWORK", "ConnectError"],
  ];
  for (const [code, shown, name] of codes) {
    test(`${code} is told as ${shown}`, () => {
      const error = networkError(Object.assign(new Error("below"), { code }), { address });
      checkError(error, { name, code: shown, cause: true });
      if (shown !== code) assert.doesNotMatch(error.message, /ERR_|UND_|HPE_|NETWORK/);
    });
  }

  test("whatever else is thrown has a code too", () => {
    for (const thrown of [new DOMException("x", "AbortError"), "text", undefined, null]) {
      checkError(networkError(thrown, { address }), { name: "ConnectError", code: "NETWORK" });
    }
  });
});

describe("errors: WebSocket", SIDE_BY_SIDE, () => {
  const cases: [string, FaultKind, Expected][] = [
    [
      "401",
      { kind: "status", code: 401, body: envelope("UnauthorizedError", "Unauthorized") },
      { name: "AuthError", code: "HTTP_401" },
    ],
    [
      "403",
      { kind: "status", code: 403, body: envelope("ForbiddenError", "Forbidden") },
      { name: "AuthError", code: "HTTP_403", error: "ForbiddenError" },
    ],
    [
      "502",
      { kind: "proxy-error", code: 502 },
      { name: "APIError", code: "HTTP_502", retryable: true, outcome: undefined },
    ],
    [
      "a redirect",
      { kind: "redirect", code: 301, location: "https://x/" },
      { name: "RedirectError", code: "HTTP_301" },
    ],
    [
      "an ordinary answer",
      { kind: "html" },
      { name: "WebSocketError", kinds: ["WebSocketError", "PiKVMError"], code: "HTTP_200" },
    ],
    ["garbage", { kind: "garbage" }, { name: "ResponseError", code: "NOT_HTTP" }],
    ["reset", { kind: "reset" }, { name: "ConnectError", cause: true }],
    ["broken", { kind: "break", messages: 3 }, { name: "WebSocketError", code: "WS_1006", retryable: true }],
    ["no answer in time", { kind: "hang" }, { name: "ConnectionTimeoutError", code: "TIMEOUT" }],
  ];
  for (const [title, fault, expected] of cases) {
    test(title, async (t) => {
      const { sim, kvm } = await bench(t, {}, { timeout: 2 });
      sim.faults.add({ ...fault, path: "/api/ws" });
      await failure(outage(kvm), expected);
    });
  }

  test("a handshake that ws refuses", async (t) => {
    const address = await tcpServer(t, (socket) => {
      socket.once("data", () =>
        socket.write(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n",
        ),
      );
    });
    const kvm = await client(t, { address: `http://${address}` });
    await failure(outage(kvm), {
      name: "WebSocketError",
      code: "WEBSOCKET",
      cause: true,
      message: /could not be opened/,
    });
  });

  test("a refusal that is cut short", async (t) => {
    const address = await tcpServer(t, (socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n{", () => socket.destroy());
      });
    });
    const kvm = await client(t, { address: `http://${address}` });
    await failure(outage(kvm), { name: "WebSocketError", cause: true });
  });

  test("a refusal without end is not read to it", async (t) => {
    const page = Buffer.alloc(1 << 20, "x");
    let written = 0;
    const address = await httpServer(t, (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(page)) written += page.length;
      };
      response.writeHead(403, { "content-type": "text/html" }).on("drain", more);
      more();
    });
    const kvm = await client(t, { address: `http://${address}` });
    await failure(outage(kvm), { name: "AuthError", code: "HTTP_403", error: "" });
    assert.ok(written < 32 * page.length, `${written} bytes were taken`);
  });

  for (const [title, options, expected] of [
    ["self-signed", {}, { name: "ConnectError", code: "DEPTH_ZERO_SELF_SIGNED_CERT" }],
    [
      "wrong fingerprint",
      { trust: { fingerprint: "00".repeat(32) } },
      { name: "ConnectError", code: "FINGERPRINT_MISMATCH" },
    ],
  ] as [string, Partial<PiKVMOptions>, Expected][]) {
    test(`${title}: the same error as for HTTP`, async (t) => {
      const { kvm } = await bench(t, { tls: issueCertificate() }, options);
      await failure(outage(kvm), { ...expected, retryable: false });
    });
  }
});

describe("errors: cancelled", SIDE_BY_SIDE, () => {
  const CANCELLED = { name: "CancelledError", kinds: ["CancelledError", "PiKVMError"], retryable: false };

  test("before: nothing is sent", async (t) => {
    const { sim, kvm } = await bench(t);
    await failure(kvm.atx.clickPower({ signal: AbortSignal.abort() }), {
      ...CANCELLED,
      code: "CANCELLED",
      outcome: undefined,
    });
    await failure(kvm.atx.getState({ signal: AbortSignal.abort() }), { ...CANCELLED, outcome: undefined });
    assert.equal(sim.requests.length, 0);
  });

  test("while connecting: nothing was sent", async (t) => {
    const abort = new AbortController();
    const address = await tcpServer(t, () => abort.abort());
    const kvm = await client(t, { address: `https://${address}` });
    await failure(kvm.atx.clickPower({ signal: abort.signal }), { ...CANCELLED, outcome: undefined });
  });

  test("after it was sent: what became of it is unknown", async (t) => {
    const { sim, kvm } = await bench(t);
    sim.faults.add({ kind: "hang" });
    const abort = new AbortController();
    const call = kvm.atx.clickPower({ signal: abort.signal });
    const settled = failure(call, { ...CANCELLED, ...UNKNOWN, cause: true });
    await until(() => sim.requests.length === 1);
    abort.abort();
    await settled;
  });

  test("by closing", async (t) => {
    const { sim, kvm } = await bench(t);
    sim.faults.add({ kind: "hang" });
    const settled = Promise.all([
      failure(kvm.atx.getState(), { ...CANCELLED, code: "CLOSED", outcome: undefined, message: /closed/ }),
      failure(kvm.atx.clickPower(), { ...CANCELLED, code: "CLOSED", ...UNKNOWN }),
      failure(kvm.atx.clickReset(), { ...CANCELLED, code: "CLOSED", outcome: undefined }),
    ]);
    await until(() => sim.requests.length === 2);
    await kvm.close();
    await settled;
  });

  test("the caller's own error comes back, a copy for each call", async (t) => {
    const { kvm, sim } = await bench(t);
    sim.faults.add({ kind: "hang" });
    const abort = new AbortController();
    const calls = [
      kvm.hid.typeText("a", { signal: abort.signal }),
      kvm.hid.typeText("b", { signal: abort.signal }),
    ].map((call) => failure(call, CANCELLED));
    await until(() => sim.requests.length === 1);
    const reason = new CancelledError("msg.reset");
    abort.abort(reason);
    const [first, second] = await Promise.all(calls);
    assert.equal(reason.message, "msg.reset");
    assert.match(String(first?.message), /^msg\.reset\. The request.*\(0 of 1 characters had been typed\.\)$/);
    assert.equal(second?.message, "msg.reset (0 of 1 characters had been typed.)");
  });
});

describe("errors: what cannot be sent", () => {
  test("read-only refuses changes, not reading", async (t) => {
    const { sim, kvm } = await bench(t, {}, { readOnly: true });
    const calls = [() => kvm.atx.clickPower(), () => kvm.hid.typeText("a"), () => kvm.msd.reset(), () => kvm.hid.press("KeyA")]; // prettier-ignore
    for (const call of calls) {
      await failure(call(), {
        name: "ConfigurationError",
        kinds: ["ConfigurationError", "PiKVMError"],
        code: "READ_ONLY",
        outcome: undefined,
      });
    }
    await kvm.atx.getState();
    assert.deepEqual(posts(sim), []);
  });

  test("secrets are in no error, whatever fails", async (t) => {
    const faults: FaultKind[] = [
      { kind: "reset" },
      { kind: "garbage" },
      { kind: "cut" },
      { kind: "html" },
      { kind: "hang" },
    ];
    for (const auth of AUTH_METHODS) {
      for (const fault of faults) {
        const { sim, kvm } = await bench(
          t,
          { totpSecret: SECRETS.totpSecret },
          { auth, totpSecret: SECRETS.totpSecret, timeout: 0.2 },
        );
        sim.faults.add(fault);
        // `failure` looks for them in everything that hangs on the error.
        await failure(kvm.hid.typeText(SECRETS.text), {} as Expected);
      }
    }
  });
});

function envelope(error: string, message: string): string {
  return JSON.stringify({ ok: false, result: { error, error_msg: message } });
}

function ignore(): void {
  // accepts and says nothing
}

/** A port on which nobody listens any more. */
async function closedPort(): Promise<string> {
  const sim = await startSimulator({ tls: false });
  await sim.close();
  return `127.0.0.1:${sim.port}`;
}

/** Why the event connection is not, or no longer, there. */
async function outage(kvm: PiKVM): Promise<never> {
  const stream = kvm.events();
  try {
    return await new Promise<never>((_, reject) =>
      stream.on("connection", ({ error }) => {
        if (error) reject(error);
      }),
    );
  } finally {
    await stream.close();
  }
}
