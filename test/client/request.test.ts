import assert from "node:assert/strict";
import { once } from "node:events";
import { Readable } from "node:stream";
import { describe, test } from "node:test";
import { PiKVM, type ApiRequestOptions, type Method } from "../../src/client";
import { AUTH_METHODS } from "../../src/client/vocabulary";
import { until } from "../harness/until";
import { bench, client, failure, httpServer, posts, SECRETS, SIDE_BY_SIDE, tcpServer } from "./kit";

describe("any call", SIDE_BY_SIDE, () => {
  test("returns status, headers and the whole JSON, envelope included", async (t) => {
    const { kvm } = await bench(t, { power: true });
    const { statusCode, headers, body } = await kvm.request("GET", "/api/atx");
    assert.equal(statusCode, 200);
    assert.match(String(headers["content-type"]), /^application\/json/);
    assert.deepEqual(body, { ok: true, result: await kvm.atx.getState() });
  });

  test("JSON without an envelope comes as it is, and an empty body is null", async (t) => {
    const { kvm } = await bench(t);
    assert.deepEqual((await kvm.request("GET", "/redfish/v1")).body, await kvm.redfish.getRoot());
    const patched = await kvm.request("PATCH", "/redfish/v1/Systems/0", { body: { Boot: {} } });
    assert.deepEqual([patched.statusCode, patched.body], [204, null]);
    for (const json of ["[1]", "7", "null", '{"ok":true}']) {
      const address = `http://${await httpServer(t, (_, response) => response.end(json))}`;
      assert.deepEqual((await (await client(t, { address })).request("GET", "/x")).body, JSON.parse(json));
    }
  });

  test("a body is text or bytes for who asks for them", async (t) => {
    const { kvm } = await bench(t);
    const { body: text } = await kvm.request("GET", "/api/export/prometheus/metrics", { as: "text" });
    assert.match(text, /^# TYPE pikvm_atx_power gauge$/m);
    const { body: bytes } = await kvm.request("GET", "/api/export/prometheus/metrics", { as: "buffer" });
    assert.ok(Buffer.isBuffer(bytes));
  });

  test("parameters come from the path and from the query", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.request("GET", "/api/info?fields=system", { query: { legacy: false, x: "a&b c", y: undefined } });
    const { path, query } = sim.requests[0] ?? {};
    assert.equal(path, "/api/info");
    assert.deepEqual(Object.fromEntries(new URLSearchParams(query)), { fields: "system", legacy: "0", x: "a&b c" });
  });

  test("bodies are texts, bytes, streams, or objects as JSON", async (t) => {
    const seen: [string | undefined, string][] = [];
    const address = await httpServer(t, (request, response) => {
      const pieces: Buffer[] = [];
      request.on("data", (piece: Buffer) => pieces.push(piece));
      request.on("end", () => {
        seen.push([request.headers["content-type"], Buffer.concat(pieces).toString()]);
        response.end("{}");
      });
    });
    const kvm = await client(t, { address: `http://${address}` });
    const bodies = [
      "text",
      new Uint8Array([0x41]),
      Buffer.from("B"),
      Readable.from([Buffer.from("C")]),
      { a: [1] },
      [2],
    ];
    for (const body of bodies) await kvm.request("POST", "/x", { body });
    await kvm.request("POST", "/x", { body: {}, headers: { "content-type": "application/merge-patch+json" } });
    assert.deepEqual(seen, [
      [undefined, "text"],
      [undefined, "A"],
      [undefined, "B"],
      [undefined, "C"],
      ["application/json", '{"a":[1]}'],
      ["application/json", "[2]"],
      ["application/merge-patch+json", "{}"],
    ]);
  });

  test("carries the client's login, whatever kind, below the sub-path, and logs in again where it must", async (t) => {
    const { sim } = await bench(t, { subPath: "/lab" });
    for (const auth of AUTH_METHODS) {
      const kvm = await client(t, { address: `http://127.0.0.1:${sim.port}/lab/`, auth });
      assert.equal(kvm.baseUrl, `http://127.0.0.1:${sim.port}/lab`);
      await kvm.request("GET", "/api/atx");
      await sim.restart();
      await kvm.request("GET", "/api/atx");
    }
    assert.ok(sim.requests.every(({ path }) => path.startsWith("/lab/api/")));
  });

  test("refusals are the errors they are everywhere", async (t) => {
    const { sim, kvm } = await bench(t);
    await failure(kvm.request("GET", "/api/nothing"), { name: "APIError", statusCode: 404 });
    await failure(kvm.request("POST", "/api/atx/click", { query: { button: "x" } }), { name: "APIError", error: "ValidatorError" }); // prettier-ignore
    await failure(kvm.request("GET", "/api/atx/"), { name: "RedirectError", statusCode: 308 });
    sim.faults.add({ kind: "html", path: "/api/info" });
    await failure(kvm.request("GET", "/api/info"), { name: "ResponseError", code: "BAD_RESPONSE" });
    sim.state.auth.account = { user: "admin", passwd: "other" };
    await failure(kvm.request("GET", "/api/atx"), { name: "AuthError", statusCode: 403 });
    await failure(kvm.request("GET", "/api/atx"), { name: "AuthError", message: /not tried again/ });
  });

  test('"ok": false is a failure also where the status says otherwise', async (t) => {
    const body = { ok: false, result: { error: "E", error_msg: "why" } };
    const address = await httpServer(t, (_, response) => response.end(JSON.stringify(body)));
    const kvm = await client(t, { address: `http://${address}` });
    await failure(kvm.request("POST", "/x"), { name: "APIError", statusCode: 0, error: "E", errorMsg: "why" });
    assert.equal((await kvm.request("POST", "/x", { as: "text" })).body, JSON.stringify(body));
  });

  test("read-only lets through what reads", async (t) => {
    const { sim, kvm } = await bench(t, {}, { readOnly: true });
    await kvm.request("GET", "/api/atx");
    for (const method of ["POST", "PATCH", "DELETE"] as const) {
      await failure(kvm.request(method, "/api/atx/click"), { name: "ConfigurationError", code: "READ_ONLY" });
      await failure(kvm.stream(method, "/api/atx/click"), { name: "ConfigurationError", code: "READ_ONLY" });
    }
    assert.equal(sim.requests.length, 1);
  });

  test("a broken connection: a GET is sent again, anything else is told as unknown", async (t) => {
    let connections = 0;
    const address = await tcpServer(t, (socket) => {
      connections += 1;
      socket.once("data", () => (connections === 2 ? socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") : socket.destroy())); // prettier-ignore
    });
    const kvm = await client(t, { address: `http://${address}` });
    assert.deepEqual((await kvm.request("GET", "/x")).body, {});
    await failure(kvm.request("POST", "/x"), { name: "ConnectError", outcome: "unknown" });
    assert.equal(connections, 3);
  });

  test("has a time limit of its own, and can be cancelled", async (t) => {
    const { sim, kvm } = await bench(t, {}, { timeout: 60 });
    sim.faults.add({ kind: "hang", path: "/api/atx" });
    await failure(kvm.request("GET", "/api/atx", { timeout: 0.1 }), { name: "ConnectionTimeoutError" });
    const abort = new AbortController();
    const call = failure(kvm.request("GET", "/api/atx", { signal: abort.signal }), { name: "CancelledError" });
    abort.abort();
    await call;
  });
});

describe("any call, as a stream", SIDE_BY_SIDE, () => {
  test("is read while it arrives", async (t) => {
    const { sim, kvm } = await bench(t);
    const { statusCode, headers, body } = await kvm.stream("GET", "/api/log", { query: { follow: true } });
    assert.equal(statusCode, 200);
    assert.match(String(headers["content-type"]), /^text\/plain/);
    await once(body, "readable");
    body.destroy();
    await until(() => sim.connections === 0);
  });

  test("is given up at once, with the error of who gives it up, while nothing arrives", async (t) => {
    let ended = 0;
    const address = await httpServer(t, (request, response) => {
      request.socket.once("close", () => (ended += 1));
      response.write("a");
    });
    const kvm = await client(t, { address: `http://${address}` });
    const { body } = await kvm.stream("GET", "/x");
    const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    assert.equal(String((await pieces.next()).value), "a");
    const next = assert.rejects(pieces.next(), /enough/);
    body.destroy(new Error("enough"));
    await next;
    await until(() => ended === 1);
  });

  test("has no time limit once it has begun", async (t) => {
    const address = await httpServer(t, (_, response) => {
      response.write("a");
      setTimeout(() => response.end("b"), 2500);
    });
    const kvm = await client(t, { address: `http://${address}`, timeout: 2 });
    const { body } = await kvm.stream("GET", "/x");
    assert.equal(Buffer.concat(await body.toArray()).toString(), "ab");
  });

  test("its failures are this package's: refused, cut short, closed", async (t) => {
    const { sim, kvm } = await bench(t);
    await failure(kvm.stream("GET", "/api/nothing"), { name: "APIError", statusCode: 404 });
    sim.faults.add({ kind: "cut", path: "/api/atx", times: 1 });
    const { body: cut } = await kvm.stream("GET", "/api/atx");
    await failure(cut.toArray(), { name: "ResponseError", code: "CUT_SHORT" });
    const { body: endless } = await kvm.stream("GET", "/api/log", { query: { follow: true } });
    const reading = failure(endless.toArray(), { name: "CancelledError" });
    await kvm.close();
    await reading;
  });

  test("sends a stream, at most once", async (t) => {
    const { sim, kvm } = await bench(t);
    const source = Readable.from([Buffer.alloc(1000), Buffer.alloc(24)]);
    const { body } = await kvm.stream("POST", "/api/msd/write", { query: { image: "a.img" }, body: source });
    const written = JSON.parse(Buffer.concat(await body.toArray()).toString()) as object;
    assert.deepEqual(written, { ok: true, result: { image: { name: "a.img", size: 1024, written: 1024 } } });
    assert.deepEqual(posts(sim), ["/api/msd/write"]);
  });
});

describe("what is not a call of this device is refused before anything is sent", SIDE_BY_SIDE, () => {
  const secret = SECRETS.password;
  const paths: [string, RegExp][] = [
    ["", /slash/],
    ["api/atx", /slash/],
    [`https://elsewhere/${secret}`, /slash/],
    ["//elsewhere/api", /two slashes/],
    ["/\\elsewhere", /backslash/],
    ["/api/atx#x", /fragment/],
    ["/../admin", /"\.\."/],
    ["/api/%2e%2E/admin", /"\.\."/],
    ["/api/..%2fadmin", /"\.\."/],
    ["/api/..%5Cadmin", /"\.\."/],
    ["/api/.", /"\."/],
    ["/api/%", /percent/],
    ["/api/%ff", /percent/],
    ["/api/a b", /percent-encoded/],
    ["/api/\u00e4", /percent-encoded/],
    ["/api\r\nX: y", /line breaks/],
    ["/api\u0000", /percent-encoded/],
  ];
  const options: [string, Method, ApiRequestOptions, RegExp][] = [
    ...["Authorization", "cookie", "X-KVMD-User", "x-kvmd-anything", "HOST", "Content-Length", "Connection", "Transfer-Encoding", "Upgrade", "Proxy-Authorization", "TE", "Expect"].map((name): [string, Method, ApiRequestOptions, RegExp] => [`the header ${name}`, "GET", { headers: { [name]: secret } }, new RegExp(`header ${name} is the client's own`)]), // prettier-ignore
    ["a header that breaks the line", "GET", { headers: { "X-A": `${secret}\r\nX-B: c` } }, /X-A has a value/],
    ["a header without a name", "GET", { headers: { "": secret } }, /name that cannot/],
    ["a header with a bad name", "GET", { headers: { "a b": secret } }, /name that cannot/],
    ["an unknown method", "PUT" as Method, {}, /"PUT" is not known/], // as a caller without types may
    ["a GET with a body", "GET", { body: "x" }, /no body/],
    ["no time", "GET", { timeout: 0 }, /timeout 0 s is out of range/],
    ["more time than a timer has", "GET", { timeout: 1e9 }, /out of range/],
    ["no number as time", "GET", { timeout: NaN }, /out of range/],
    ["an unknown format", "GET", { as: "xml" as "json" }, /"xml" is not known/], // as a caller without types may
  ];
  for (const [path, message] of paths) {
    test(`the path ${JSON.stringify(path)}`, async (t) => {
      const { sim, kvm } = await bench(t, { subPath: "/lab" });
      await failure(kvm.request("GET", path), { name: "ConfigurationError", message });
      await failure(kvm.stream("POST", path), { name: "ConfigurationError", message });
      assert.equal(sim.requests.length, 0);
    });
  }
  for (const [title, method, given, message] of options) {
    test(title, async (t) => {
      const { sim, kvm } = await bench(t);
      await failure(kvm.request(method, "/api/atx", given), { name: "ConfigurationError", message });
      assert.equal(sim.requests.length, 0);
    });
  }

  test("a client that is not open", async () => {
    const kvm = new PiKVM({ address: "pikvm.lan" });
    assert.equal(kvm.baseUrl, "https://pikvm.lan");
    await failure(kvm.request("GET", "/api/atx"), { name: "PiKVMError", code: "NOT_OPEN" });
    await failure(kvm.stream("GET", "/api/atx"), { name: "PiKVMError", code: "NOT_OPEN" });
  });
});
