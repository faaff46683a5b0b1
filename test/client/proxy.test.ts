import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseAddress, readCertificate } from "../../src/client";
import { fingerprintOf, issueCertificate, manualClock } from "../../src/simulator";
import { connectProxy } from "./connect-proxy";
import {
  bench,
  bothWays,
  checkError,
  client,
  failure,
  httpServer,
  SECRETS,
  SIDE_BY_SIDE,
  tcpServer,
  type Expected,
} from "./kit";

describe("through a proxy", SIDE_BY_SIDE, () => {
  const tls = issueCertificate();

  for (const secure of [true, false]) {
    test(`HTTP and WebSocket reach a device ${secure ? "with" : "without"} TLS in tunnels`, async (t) => {
      const { sim } = await bench(t, { tls: secure ? tls : false });
      const { target, asked } = await connectProxy(t);
      const trust = { fingerprint: fingerprintOf(tls.cert) };
      const kvm = await client(t, { address: sim.url, trust, proxy: `http://${target}` });
      assert.deepEqual(await bothWays(kvm), ["connected", "connected"]);
      assert.deepEqual(asked, Array(2).fill({ authority: `127.0.0.1:${sim.port}`, login: undefined }));
    });
  }

  test("the proxy may want a login, of any characters", async (t) => {
    const { sim } = await bench(t);
    const login = `us er@lab:${SECRETS.password}/\u00e4`;
    const { target, asked } = await connectProxy(t, { login });
    const [user = "", password = ""] = login.split(":").map(encodeURIComponent);
    const kvm = await client(t, { address: sim.url, proxy: `http://${user}:${password}@${target}` });
    assert.deepEqual(await bothWays(kvm), ["connected", "connected"]);
    assert.equal(asked[0]?.login, login);
    assert.ok(sim.requests.every(({ headers }) => headers["proxy-authorization"] === undefined), "the device sees none of it"); // prettier-ignore
  });

  test("it holds for the device's certificate what holds without: refused before a byte of a request leaves", async (t) => {
    const { sim } = await bench(t, { tls });
    const { target } = await connectProxy(t);
    const kvm = await client(t, { address: sim.url, proxy: `http://${target}` });
    for (const error of await bothWays(kvm)) checkError(error, { name: "ConnectError", code: "DEPTH_ZERO_SELF_SIGNED_CERT", message: /self-signed/ }); // prettier-ignore
    assert.equal(sim.requests.length, 0);
  });

  test("the device's certificate can be looked at", async (t) => {
    const { sim } = await bench(t, { tls });
    const { target, asked } = await connectProxy(t);
    const { fingerprint } = await readCertificate(parseAddress(sim.url), 5, { proxy: `http://${target}` });
    assert.equal(fingerprint, sim.fingerprint);
    assert.equal(asked.length, 1);
  });

  test("it is offered again when it is time for a trial, once for all, and never more than 5 times in an hour", async (t) => {
    const clock = manualClock();
    const { target, asked } = await connectProxy(t, { login: "a:b" });
    const kvm = await client(t, { address: "http://127.0.0.1:9", proxy: `http://a:c@${target}`, clock });
    const burst = () =>
      Promise.all([1, 2, 3].map(() => failure(kvm.atx.getState(), { name: "ConnectError", code: "PROXY_407" })));
    await burst();
    for (const [minutes, trials] of [
      [1, 2],
      [4, 2],
      [1, 3],
      [14, 3],
      [1, 4],
      [59, 4],
      [1, 5],
    ] as const) {
      await clock.advance(minutes * 60_000);
      await burst();
      assert.equal(asked.length, trials, `after ${minutes} minutes more`);
    }
    await kvm.retryLogin();
    await burst();
    assert.equal(asked.length, 6);
  });

  test("an IPv6 address is asked for in brackets", async (t) => {
    const { target, asked } = await connectProxy(t, { status: 502 });
    const kvm = await client(t, { address: "https://[::1]", proxy: `http://${target}` });
    await failure(kvm.atx.getState(), { name: "ConnectError" });
    assert.equal(asked[0]?.authority, "[::1]:443");
  });

  const refusals: [string, { login?: string; status?: number }, string, Expected][] = [
    ["a login that is missing", { login: "a:b" }, "", { name: "ConnectError", code: "PROXY_407", message: /wants a login: give http:\/\/user:password@host:port/, retryable: false }], // prettier-ignore
    ["a login that is wrong", { login: "a:b" }, `a:${SECRETS.password}@`, { name: "ConnectError", code: "PROXY_407", message: /refuses our user or password/, retryable: false }], // prettier-ignore
    ["an address that it forbids", { status: 403 }, "", { name: "ConnectError", code: "PROXY_403", message: /does not connect us to 127\.0\.0\.1:9: .*403/, retryable: false }], // prettier-ignore
    ["an address that it cannot reach", { status: 502 }, "", { name: "ConnectError", code: "PROXY_502", message: /HTTP 502/, retryable: true }], // prettier-ignore
    ["a redirect", { status: 302 }, "", { name: "ConnectError", code: "PROXY_302", retryable: false }],
  ];
  for (const [title, behaviour, login, expected] of refusals) {
    test(`its refusal is told with its name, and nothing is unknown: ${title}`, async (t) => {
      const { target } = await connectProxy(t, behaviour);
      const kvm = await client(t, { address: "http://127.0.0.1:9", proxy: `http://${login}${target}` });
      for (const error of await bothWays(kvm)) {
        checkError(error, { outcome: undefined, ...expected });
        assert.ok(error.message.includes(`The proxy ${target} `));
      }
      await failure(kvm.atx.clickPower(), { outcome: undefined, ...expected });
    });
  }

  test("a login that it has refused is not offered again", async (t) => {
    const { target, asked } = await connectProxy(t, { login: "a:b" });
    const kvm = await client(t, { address: "http://127.0.0.1:9", proxy: `http://a:c@${target}` });
    for (let call = 0; call < 3; call += 1)
      await failure(kvm.atx.getState(), { name: "ConnectError", code: "PROXY_407" });
    assert.equal(asked.length, 1);
  });

  test("it cannot be reached, is none, says nothing, or hangs up", async (t) => {
    const silent = await tcpServer(t, () => undefined);
    const cases: [string, Expected][] = [
      ["127.0.0.1:1", { name: "ConnectError", code: "ECONNREFUSED", retryable: true }],
      ["no-such-host.invalid:3128", { name: "ConnectError", retryable: true, message: /ENOTFOUND|EAI_AGAIN/ }],
      [await tcpServer(t, (socket) => socket.end("SSH-2.0-x\r\n")), { name: "ConnectError", code: "PROXY_NOT_HTTP" }],
      [await tcpServer(t, (socket) => socket.end()), { name: "ConnectError", code: "ECONNRESET" }],
      [await httpServer(t, (_, response) => response.end("a page")), { name: "ConnectError" }],
      [silent, { name: "ConnectionTimeoutError", retryable: true }],
    ];
    for (const [target, expected] of cases) {
      const kvm = await client(t, {
        address: "https://pikvm.test",
        proxy: `http://${target}`,
        connectTimeout: target === silent ? 0.2 : 20,
      });
      for (const error of await bothWays(kvm)) {
        checkError(error, { outcome: undefined, ...expected });
        assert.ok(error.message.includes(`proxy ${target}`), error.message);
      }
    }
  });

  test("the device's own silence behind it is a timeout that names both", async (t) => {
    const device = await tcpServer(t, () => undefined);
    const { target } = await connectProxy(t);
    const kvm = await client(t, { address: `https://${device}`, proxy: `http://${target}`, connectTimeout: 0.2 });
    const { message } = await failure(kvm.atx.getState(), { name: "ConnectionTimeoutError" });
    assert.ok(message.includes(device) && message.includes(target), message);
  });

  test("closing ends what waits for it", async (t) => {
    const kvm = await client(t, {
      address: "https://pikvm.test",
      proxy: `http://${await tcpServer(t, () => undefined)}`,
    });
    const call = failure(kvm.atx.getState(), { name: "CancelledError" });
    await kvm.close();
    await call;
  });

  test("what is not the URL of an HTTP proxy is refused at once, without repeating it", async (t) => {
    const secret = SECRETS.password;
    for (const proxy of [
      `a:${secret}@proxy:3128`,
      "proxy",
      `https://a:${secret}@proxy`,
      `socks5://a:${secret}@proxy`,
      `http://a:${secret}@proxy:99999`,
      `http://a:${secret}@proxy/path`,
      "http://proxy?x=1",
      `http://a%:${secret}@proxy`,
      "http://",
    ]) {
      await failure(client(t, { address: "pikvm.lan", proxy }), { name: "ConfigurationError", message: /proxy/ });
    }
  });

  test("an empty one is none", async (t) => {
    const { sim } = await bench(t);
    const kvm = await client(t, { address: sim.url, proxy: "" });
    await kvm.atx.getState();
  });
});
