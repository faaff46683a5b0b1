import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import path from "node:path";
import { describe, test, type TestContext } from "node:test";
import { Script } from "node:vm";
import { expressionOf, textMatcher, type ConnectionChange, type DeviceEvent, type PiKVMError } from "../../src/client";
import { deviceWords } from "../../src/client/words";
import { KnownStates, MAX_BYTES, MAX_KINDS } from "../../src/client/events/known-states";
import { MAX_PARTS } from "../../src/client/events/merge";
import { readJson } from "../../src/client/http/json";
import { brightnessOf } from "../../src/client/screen/brightness";
import { checkedJpeg, segmentsOf } from "../../src/client/video/jpeg";
import { CHECKOUT } from "../harness/node-red";
import { tinyJpeg } from "../harness/tiny";
import { client, failure, httpServer, SECRETS, tcpServer, textFrame, webSocketServer } from "./kit";

const MIB = 1024 * 1024;
/** Of a head that has no end. */
const FIELD = `X-More: ${"x".repeat(500)}\r\n`;
const numbered = (count: number, make: (index: number) => DeviceEvent) => Array.from({ length: count }, (_, at) => make(at)); // prettier-ignore

describe("a device that sends without an end", () => {
  const cases: Record<string, DeviceEvent[]> = {
    "ever new kinds": numbered(2 * MAX_KINDS, (at) => ({ event_type: `kind${at}`, event: {} })),
    "ever new parts of the information": numbered(2 * MAX_PARTS, (at) => ({ event_type: `info_${at}`, event: {} })),
    "ever new channels": [
      { event_type: "gpio", event: { model: {}, state: { inputs: {}, outputs: {} } } },
      ...numbered(2 * MAX_PARTS, (at) => ({ event_type: "gpio", event: { state: { inputs: { [`pin${at}`]: {} } } } })),
    ],
    "ever new fields": [
      { event_type: "atx", event: { enabled: true } },
      ...numbered(2 * MAX_PARTS, (at) => ({ event_type: "atx", event: { [`field${at}`]: 1 } })),
    ],
    "large states of few kinds": numbered(7, (at) => ({ event_type: `kind${at}`, event: { text: "x".repeat(10 * MIB) } })), // prettier-ignore
  };
  for (const [name, events] of Object.entries(cases)) {
    test(`${name}: the session ends with TOO_MUCH`, async (t) => {
      assert.equal(
        (
          await lostBy(
            t,
            events.map((event) => JSON.stringify(event)),
          )
        ).code,
        "TOO_MUCH",
      );
    });
  }

  test("brackets inside of brackets: the session ends with BAD_EVENT", async (t) => {
    const deep = `{"event_type":"atx","event":{"enabled":true,"x":${"[".repeat(50_000)}${"]".repeat(50_000)}}}`;
    assert.equal((await lostBy(t, [deep])).code, "BAD_EVENT");
  });

  test("objects without an end in one message: the session ends with BAD_EVENT", async (t) => {
    const many = `{"event_type":"kind","event":{"list":[${"{},".repeat(300_000)}{}]}}`;
    assert.equal((await lostBy(t, [many])).code, "BAD_EVENT");
  });

  test("values without an end in one message: the session ends with BAD_EVENT; a call, with BAD_RESPONSE", async (t) => {
    const values = '"":0,'.repeat(1_100_000);
    assert.equal((await lostBy(t, [`{"event_type":"kind","event":{${values}"":0}}`])).code, "BAD_EVENT");
    const address = await httpServer(t, (_, response) => response.end(`{"ok":true,"result":{"leds":{${values}"":0}}}`));
    const kvm = await client(t, { address: `http://${address}` });
    await failure(kvm.atx.getState(), { name: "ResponseError", code: "BAD_RESPONSE" });
  });

  test("a log or the progress of a download, of one record without an end: TOO_LONG", async (t) => {
    const begin = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n";
    const address = await tcpServer(t, (socket) => endless(socket, begin, "x".repeat(65_536)));
    const kvm = await client(t, { address: `http://${address}` });
    const expected = { name: "ResponseError", code: "TOO_LONG" };
    await failure(kvm.system.streamLog().next(), expected);
    await failure(kvm.msd.uploadRemote("http://127.0.0.1/a.iso"), expected);
  });

  test("a log, metrics and an error page that are read whole: TOO_LONG", async (t) => {
    const text = "a 1\n".repeat(16_384);
    const address = await tcpServer(t, (socket) => {
      socket.once("data", (request: Buffer) => {
        const status = request.includes("/api/atx") ? "502 Bad Gateway" : "200 OK";
        endless(socket, `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\n\r\n`, text);
      });
    });
    const kvm = await client(t, { address: `http://${address}` });
    const expected = { name: "ResponseError", code: "TOO_LONG" };
    await failure(kvm.system.getLog(), expected);
    await failure(kvm.prometheus.getMetrics(), expected);
    await failure(kvm.atx.getState(), expected);
  });

  test("small changes for years are no end", () => {
    const states = new KnownStates();
    states.take({ event_type: "atx", event: { enabled: true } }, 100);
    for (let sum = 0; sum < 5 * MAX_BYTES; sum += MIB) states.take({ event_type: "atx", event: { busy: true } }, MIB);
    assert.deepEqual(states.all["atx"], { enabled: true, busy: true });
  });

  test("a kind with a name that every object has changes no other object", () => {
    const states = new KnownStates();
    states.take({ event_type: "__proto__", event: { enabled: true } }, 100);
    states.take({ event_type: "constructor", event: { enabled: true } }, 100);
    assert.deepEqual(Object.keys(states.all), ["constructor"]);
    assert.equal(({} as Record<string, unknown>)["enabled"], undefined);
  });

  test("who is slow to iterate keeps few bytes, and the newest event", async (t) => {
    const events = numbered(20, (at) => ({ event_type: "log", event: { at, text: "x".repeat(4 * MIB) } }));
    const address = await webSocketServer(t, (socket) => {
      for (const event of events) socket.write(textFrame(JSON.stringify(event)));
    });
    const kvm = await client(t, { address: `http://${address}` });
    const stream = kvm.events();
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await new Promise<void>((resolve) =>
      stream.on("event", ({ event }) => {
        if ((event as { at: number }).at === 19) resolve();
      }),
    );
    const kept: number[] = [];
    do kept.push(((await iterator.next()).value as { event: { at: number } }).event.at);
    while (kept.at(-1) !== 19);
    assert.ok(kept.length <= 8, `${kept.length} were kept`);
    await iterator.return(undefined);
    await stream.close();
  });
});

describe("a device that sends far too much at once", () => {
  test("a picture of ever new segments is no picture, and few of them are looked at", () => {
    const segments = Buffer.alloc(1024 * 1024, Buffer.from("ffe00002", "hex"));
    const picture = Buffer.concat([Buffer.of(0xff, 0xd8), segments, tinyJpeg().subarray(2)]);
    assert.ok([...segmentsOf(picture)].length <= 1000);
    assert.throws(() => checkedJpeg(picture), { name: "ResponseError", code: "JPEG" });
  });

  test("a picture of ever new tables is damaged", () => {
    const grey = readFileSync(path.join(CHECKOUT, "test/client/pictures/grey.jpg"));
    const picture = (tables: number) => {
      const size = 2 + 17 * tables;
      const unused = Buffer.alloc(17 * tables, Buffer.concat([Buffer.of(0x0f), Buffer.alloc(16)]));
      return Buffer.concat([
        grey.subarray(0, 2),
        Buffer.of(0xff, 0xc4, size >> 8, size & 255),
        unused,
        grey.subarray(2),
      ]);
    };
    assert.deepEqual(brightnessOf(picture(10)), brightnessOf(grey));
    assert.throws(() => brightnessOf(picture(3000)), { name: "ResponseError", code: "JPEG" });
  });

  test("a text that no screen has room for: TOO_LONG", async (t) => {
    const address = await httpServer(t, (_, response) => {
      response.writeHead(200, { "Content-Type": "text/plain" }).end("x".repeat(MIB));
    });
    const kvm = await client(t, { address: `http://${address}` });
    await failure(kvm.streamer.ocr(), { name: "ResponseError", code: "TOO_LONG" });
  });

  test("pings without an end, whose answers it does not take: the session ends", async (t) => {
    const ping = Buffer.concat([Buffer.of(0x89, 125), Buffer.alloc(125)]);
    const pings = Buffer.concat(Array.from({ length: 1000 }, () => ping));
    const address = await webSocketServer(t, (socket) => endless(socket.pause(), "", pings));
    assert.equal((await connectionLost(t, address)).code, "WS_1006");
  });

  test("metrics of which there are far too many: TOO_LONG", async (t) => {
    const address = await httpServer(t, (_, response) => {
      response.writeHead(200, { "Content-Type": "text/plain" }).end("a 1\n".repeat(MIB / 2));
    });
    const kvm = await client(t, { address: `http://${address}` });
    await failure(kvm.prometheus.getMetrics(), { name: "ResponseError", code: "TOO_LONG" });
  });

  test("a refused WebSocket with a page without an end: the refusal's error", async (t) => {
    const begin = "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n\r\n";
    const address = await tcpServer(t, (socket) => endless(socket, begin, "x".repeat(65_536)));
    assert.equal((await connectionLost(t, address)).code, "HTTP_403");
  });

  test("a picture in ever new segments, from the device: JPEG", async (t) => {
    const segments = Buffer.alloc(MIB, Buffer.from("ffe00002", "hex"));
    const address = await httpServer(t, (_, response) => {
      response.writeHead(200, { "Content-Type": "image/jpeg", "X-UStreamer-Online": "true" });
      response.end(Buffer.concat([Buffer.of(0xff, 0xd8), segments, tinyJpeg().subarray(2)]));
    });
    const kvm = await client(t, { address: `http://${address}` });
    await failure(kvm.streamer.snapshot(), { name: "ResponseError", code: "JPEG" });
  });

  test("a head without an end: NOT_HTTP, on both ways; PROXY_NOT_HTTP of a proxy", async (t) => {
    const address = await tcpServer(t, (socket) => endless(socket, "HTTP/1.1 200 OK\r\n", FIELD));
    const kvm = await client(t, { address: `http://${address}` });
    await failure(kvm.atx.getState(), { name: "ResponseError", code: "NOT_HTTP" });
    assert.equal((await connectionLost(t, address)).code, "NOT_HTTP");
    const behind = await client(t, { address: "http://127.0.0.1:1", proxy: `http://${address}` });
    await failure(behind.atx.getState(), { name: "ConnectError", code: "PROXY_NOT_HTTP" });
  });

  test("an answer that says itself that it is too long is not read: TOO_LONG", async (t) => {
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${33 * MIB}\r\n\r\n`;
    const address = await tcpServer(t, (socket) => void socket.once("data", () => socket.write(head)));
    const kvm = await client(t, { address: `http://${address}` });
    await failure(kvm.atx.getState(), { name: "ResponseError", code: "TOO_LONG" });
  });

  test("progress of a download without an end: TOO_LONG, and nobody knows what becomes of it", async (t) => {
    const address = await tcpServer(t, (socket) => endless(socket, "HTTP/1.1 200 OK\r\n\r\n", "x".repeat(1000)));
    const kvm = await client(t, { address: `http://${address}` });
    const expected = { name: "ResponseError", code: "TOO_LONG", outcome: "unknown" } as const;
    await failure(kvm.msd.uploadRemote("http://127.0.0.1:1/x.iso"), expected);
  });

  test("fields behind the body without an end: CUT_SHORT", async (t) => {
    const begin = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n";
    const address = await tcpServer(t, (socket) => endless(socket, begin, FIELD));
    const kvm = await client(t, { address: `http://${address}` });
    await failure(kvm.atx.getState(), { name: "ResponseError", code: "CUT_SHORT" });
  });

  for (const more of ["x".repeat(1000), FIELD]) {
    test(`a picture of a stream of which it says ${more === FIELD ? "ever more" : "more in one line"}: BAD_RESPONSE`, async (t) => {
      const type = "multipart/x-mixed-replace;boundary=b";
      const begin = `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n\r\n--b\r\n`;
      const address = await tcpServer(t, (socket) => endless(socket, begin, more));
      const kvm = await client(t, { address: `http://${address}` });
      const first = kvm.streamer.mjpeg()[Symbol.asyncIterator]().next();
      await failure(first, { name: "ResponseError", code: "BAD_RESPONSE" });
    });
  }

  test("a message without an end: the session ends with TOO_MUCH", async (t) => {
    const address = await webSocketServer(t, (socket) => socket.write(Buffer.from("817f0000000001000001", "hex")));
    assert.equal((await connectionLost(t, address)).code, "TOO_MUCH");
  });

  test("a message in ever new pieces: the session ends with TOO_MUCH", async (t) => {
    const piece = Buffer.concat([Buffer.of(0x00, 125), Buffer.alloc(125, "x")]);
    const pieces = Buffer.concat(Array.from({ length: 1000 }, () => piece));
    const address = await webSocketServer(t, (socket) => endless(socket, Buffer.from("0100", "hex"), pieces));
    assert.equal((await connectionLost(t, address)).code, "TOO_MUCH");
  });
});

describe("JSON of a device", () => {
  test("brackets inside of strings are none", () => {
    const text = JSON.stringify({ text: '[{"\\'.repeat(1000) });
    assert.deepEqual(readJson(text), JSON.parse(text));
  });

  test("a hundred levels are read, one more is not, whichever brackets they have", () => {
    const nested = (levels: number) => `${'{"a":['.repeat(levels / 2)}${"]}".repeat(levels / 2)}`;
    const lists = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
    for (const text of [nested(100), lists(100)]) assert.ok(readJson(text));
    for (const text of [nested(102), lists(101)]) assert.throws(() => readJson(text), SyntaxError);
  });

  test("a list of many lists is not deep", () => {
    const text = JSON.stringify(Array.from({ length: 1000 }, () => [[1]]));
    assert.deepEqual(readJson(text), JSON.parse(text));
  });

  test("an answer that is nested too deep is a ResponseError", async (t) => {
    const deep = `{"ok":true,"result":{"leds":${"[".repeat(50_000)}${"]".repeat(50_000)}}}`;
    const address = await httpServer(t, (_, response) => response.end(deep));
    const kvm = await client(t, { address: `http://${address}` });
    await failure(kvm.atx.getState(), { name: "ResponseError", code: "BAD_RESPONSE" });
  });
});

describe("a regular expression that goes astray", () => {
  const text = "a".repeat(37);
  for (const source of ["^([\\w .]|\\w)+!$", "(a+)+b", "(a|a)*b", "(.*)*b"]) {
    test(`${source} is stopped and named`, () => {
      const find = expressionOf(source);
      assert.throws(() => find(text), { name: "ConfigurationError", code: "EXPRESSION_TOO_SLOW" });
      // It is of use still for another text.
      assert.equal(find("?"), undefined);
    });
  }

  test("a good one finds", () => assert.equal(expressionOf("A+", "i")("xaay"), "aa"));

  test("a good one finds although the computer does something else for most of the time", (t) => {
    const timeout = Object.assign(new Error("timed out"), { code: "ERR_SCRIPT_EXECUTION_TIMEOUT" });
    const late = () => {
      throw timeout;
    };
    const looks = t.mock.method(Script.prototype, "runInContext", late, { times: 2 });
    t.mock.method(process, "cpuUsage", () => ({ user: 40_000, system: 0 }));
    assert.equal(expressionOf("A+", "i")("xaay"), "aa");
    assert.equal(looks.mock.callCount(), 2, "before the one that finds");
  });

  test("one for a screen is stopped too", () => {
    const find = textMatcher({ text: "(a+)+b", mode: "regex" });
    assert.throws(() => find(text), { name: "ConfigurationError", message: /\(a\+\)\+b/ });
  });

  test("one that is too long is refused before it is compiled, which nothing could stop", () => {
    assert.throws(() => expressionOf("[^]".repeat(100_000)), { name: "ConfigurationError", message: /10000/ });
  });

  test("a text of any length is not looked for", () => {
    const text = "word ".repeat(100_000);
    assert.throws(() => textMatcher({ text }), { name: "ConfigurationError", message: /2000/ });
  });

  test("a text that is nearly found from each place anew is stopped and named", () => {
    const find = textMatcher({ text: "a ".repeat(999) + "b" });
    assert.throws(() => find("a ".repeat(500_000)), { name: "ConfigurationError", code: "EXPRESSION_TOO_SLOW" });
  });

  test("a text of any length is not looked for with mistakes", () => {
    const text = "word ".repeat(1000);
    assert.throws(() => textMatcher({ text, mode: "tolerant" }), { name: "ConfigurationError", message: /1000/ });
  });
});

describe("the words of a device in an error", () => {
  test("show no secret that they quote in JSON, as Python does, or in a URL", () => {
    const secret = String.raw`a"b\c d&+\u{1f600}` + "\ud800";
    for (const quoted of [
      JSON.stringify(secret),
      `"${secret.replaceAll("\\", "\\\\")}"`,
      `"${encodeURIComponent(Buffer.from(secret).toString())}"`,
    ])
      assert.equal(deviceWords(quoted, [secret]), '"***"');
  });

  test("show no secret of which other characters are escaped than we would", () => {
    const secret = String.raw`Pa ss/w\&rd!*'<"x`;
    const codeOf = (character: string): string => character.charCodeAt(0).toString(16);
    const inUrl = encodeURIComponent(secret);
    const quotes = {
      "a URL in lower case": inUrl.replace(/%../g, (byte) => byte.toLowerCase()),
      "a URL by Python": inUrl.replace(/[!*']/g, (character) => `%${codeOf(character)}`),
      "a form by Python": inUrl.replace(/%20/g, "+").replace(/[!*']/g, (character) => `%${codeOf(character)}`),
      "a URL, all of it": Array.from(secret, (character) => `%${codeOf(character)}`).join(""),
      "JSON by PHP": JSON.stringify(secret)
        .slice(1, -1)
        .replace("/", String.raw`\/`),
      "JSON, all of it": Array.from(secret, (character) => String.raw`\u00` + codeOf(character)).join(""),
      "JSON in JSON": JSON.stringify(JSON.stringify(secret)).slice(3, -3),
      "a web page": secret.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&#34;").replace("'", "&#x27;"),
      "base64 for URLs": Buffer.from(secret).toString("base64url"),
    };
    const shown = Object.fromEntries(Object.entries(quotes).map(([how, text]) => [how, deviceWords(text, [secret])]));
    assert.deepEqual(shown, Object.fromEntries(Object.keys(quotes).map((how) => [how, "***"])));
  });

  test("show no begin of a long secret, however often it is quoted", () => {
    const secret = `Secret-${"x".repeat(103)}`;
    assert.doesNotMatch(deviceWords(secret.repeat(20), [secret]), /Sec|x/);
  });

  const cases: [name: string, words: string, expected: RegExp][] = [
    ["are cut", "x".repeat(20_000_000), /^x{500}\.\.\.$/],
    ["are on one line", "a\r\n2026-01-01 [info] forged\u2028b", /^a 2026-01-01 \[info\] forged b$/],
    ["have no control characters", "a\u001b[31mred\u0007\u009b", /^a \[31mred $/],
    ["do not turn the writing round", "a\u202eb\u061cc", /^a b c$/],
    ["do not quote our password", `user admin, password ${SECRETS.password}!`, /^user admin, password \*\*\*!$/],
    ["nor as it was sent", `Basic ${Buffer.from(`admin:${SECRETS.password}`).toString("base64")}`, /^Basic \*\*\*$/],
    ["nor in base64", Buffer.from(SECRETS.password).toString("base64"), /^\*\*\*$/],
    [
      "nor as in the form of a login",
      `passwd=${new URLSearchParams({ p: SECRETS.password }).toString().slice(2)}`,
      /^passwd=\*\*\*$/,
    ],
    ["nor where they are cut", `${"x".repeat(495)}${SECRETS.password}`, /^x{495}\*\*\*$/],
  ];
  for (const [name, words, expected] of cases) {
    for (const status of [400, 403, 200]) {
      test(`${name}: HTTP ${status}`, async (t) => {
        const body = JSON.stringify({ ok: false, result: { error: "SomeError", error_msg: words } });
        const address = await httpServer(t, (_, response) => response.writeHead(status).end(body));
        const kvm = await client(t, { address: `http://${address}` });
        const name = status === 403 ? "AuthError" : "APIError";
        const error = await failure(kvm.atx.getState(), { name, error: "SomeError" });
        assert.match((error as PiKVMError & { errorMsg: string }).errorMsg, expected);
        assert.ok(error.message.length < 1000);
        assert.doesNotMatch(error.message, /[\p{Cc}\u2028\u202e]/u);
      });
    }
  }

  test("in a redirect and in a type too", async (t) => {
    const address = await httpServer(t, (request, response) => {
      const isAtx = request.url === "/api/atx";
      const head = { Location: `http://x/${"y".repeat(3000)}`, "Content-Type": "z".repeat(3000) };
      response.writeHead(isAtx ? 302 : 500, head).end("?");
    });
    const kvm = await client(t, { address: `http://${address}` });
    assert.ok((await failure(kvm.atx.getState(), { name: "RedirectError" })).message.length < 1000);
    assert.ok((await failure(kvm.msd.getState(), { name: "APIError" })).message.length < 1000);
  });
});

/** Sends the same again and again, as fast as it is taken. */
function endless(socket: Socket, begin: string | Buffer, more: string | Buffer): void {
  const send = () => {
    while (!socket.destroyed && socket.write(more));
  };
  socket.write(begin);
  socket.on("drain", send);
  send();
}

/** What a device that sends these messages loses its session by. */
async function lostBy(t: TestContext, messages: readonly string[]): Promise<PiKVMError> {
  const address = await webSocketServer(t, (socket) => {
    for (const message of messages) socket.write(textFrame(message));
  });
  return connectionLost(t, address);
}

/** What the event connection with a server ends with. */
async function connectionLost(t: TestContext, address: string): Promise<PiKVMError> {
  const kvm = await client(t, { address: `http://${address}` });
  const stream = kvm.events();
  const { error } = await new Promise<ConnectionChange>((resolve) =>
    stream.on("connection", (change) => change.error && resolve(change)),
  );
  await stream.close();
  assert.ok(error);
  return error;
}
