import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PiKVM } from "../../src/client";
import { AUTH_METHODS } from "../../src/client/vocabulary";
import { parseTotpSecret, totpCode } from "../../src/client/login/totp";
import { manualClock, realClock, type Simulator } from "../../src/simulator";
import { until } from "../harness/until";
import { bench, client, failure, httpServer, posts, SECRETS, SIDE_BY_SIDE, type Expected } from "./kit";

const { totpSecret, password } = SECRETS;

describe("ways to authenticate", SIDE_BY_SIDE, () => {
  test("headers carry user and password, and nothing else does", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.auth.check();
    const { headers } = sim.requests[0] ?? {};
    assert.equal(headers?.["x-kvmd-user"], "admin");
    assert.equal(headers["x-kvmd-passwd"], password);
    assert.equal(headers.authorization ?? headers.cookie, undefined);
  });

  test("basic is sent without waiting to be asked", async (t) => {
    const { sim, kvm } = await bench(t, {}, { auth: "basic" });
    await kvm.auth.check();
    assert.deepEqual(
      sim.requests.map(({ headers }) => [headers.authorization, headers["x-kvmd-user"]]),
      [[`Basic ${Buffer.from(`admin:${password}`).toString("base64")}`, undefined]],
    );
  });

  test("without a user nothing is sent", async (t) => {
    for (const auth of AUTH_METHODS) {
      const { sim, kvm } = await bench(t, { auth: false }, { auth, user: "", password: "" });
      await kvm.auth.check();
      const { headers } = sim.requests[0] ?? {};
      assert.equal(headers?.["x-kvmd-user"] ?? headers?.authorization ?? headers?.cookie, undefined);
      assert.equal(sim.requests.length, 1);
    }
  });

  test("the event connection uses the same credentials", async (t) => {
    for (const auth of AUTH_METHODS) {
      const { kvm } = await bench(t, { totpSecret }, { auth, totpSecret });
      const stream = kvm.events();
      await new Promise((resolve) => stream.once("state", resolve));
      await stream.close();
    }
  });

  /** How to log in with which passwords, and what cannot carry them, with the ways that can. */
  const passwords: [password: string, lost: Partial<Record<(typeof AUTH_METHODS)[number], RegExp>>, totp?: string][] = [
    [" both ", { headers: /begins or ends with a blank; choose another way to log in: HTTP Basic or a session cookie\.$/ }],
    [" before", { headers: /^PiKVM headers cannot carry/ }],
    ["after ", { headers: /^PiKVM headers cannot carry/ }],
    [" ", { headers: /^PiKVM headers cannot carry/ }],
    ["with in", {}],
    ["a:b", { basic: /^HTTP Basic cannot carry .* colon; choose another way to log in: PiKVM headers or a session cookie\.$/ }],
    [":", { basic: /colon/ }],
    [" a:b", { headers: /: a session cookie\.$/, basic: /: a session cookie\.$/ }],
    ["\"'\\~!%&=+;,#", {}],
    ["after ", {}, totpSecret],
    [" before", { headers: /^PiKVM headers cannot carry/ }, totpSecret],
  ]; // prettier-ignore

  for (const [passwd, lost, totp = ""] of passwords) {
    test(`the password ${JSON.stringify(passwd)}${totp && " with two-factor codes"} comes as it is, or is refused before`, async (t) => {
      for (const auth of AUTH_METHODS) {
        const message = lost[auth];
        if (message) {
          const opening = new PiKVM({
            address: "pikvm.lan",
            user: "admin",
            password: passwd,
            auth,
            totpSecret: totp,
          }).open();
          await failure(opening, { name: "ConfigurationError", code: "INVALID_INPUT", message });
          continue;
        }
        const simulator = { passwd, ...(totp && { totpSecret: totp }) };
        const { kvm } = await bench(t, simulator, { auth, password: passwd, totpSecret: totp });
        await kvm.auth.check();
      }
    });
  }

  test("what cannot work is refused before anything is sent", async () => {
    const cases: [object, RegExp][] = [
      [{ password: "p\u00e4ss" }, /password has characters/],
      [{ password: "a\nb" }, /password has characters/],
      [{ user: "ad min" }, /user name has characters/],
      [{ password: "a\u00a0" }, /password has characters/],
      [{ auth: "basic", user: "ad:min" }, /colon/],
      [{ totpSecret: "not base32!" }, /not base32/],
      [{ totpSecret: "=" }, /empty/],
    ];
    for (const [options, message] of cases) {
      const opening = new PiKVM({ address: "pikvm.lan", user: "admin", password, ...options }).open();
      await failure(opening, { name: "ConfigurationError", code: "INVALID_INPUT", message });
    }
  });
});

describe("session", SIDE_BY_SIDE, () => {
  const logins = (sim: Simulator) => posts(sim, "/api/auth/login").length;

  test("many parallel requests share one login", async (t) => {
    const { sim, kvm } = await bench(t, {}, { auth: "session" });
    await Promise.all(Array.from({ length: 30 }, () => kvm.atx.getState()));
    assert.equal(logins(sim), 1);
    assert.ok(sim.requests.slice(1).every(({ headers }) => /^auth_token=[0-9a-f]{64}$/.test(headers.cookie ?? "")));
  });

  test("one more login for all when the device has lost the session; a press is made once", async (t) => {
    const { sim, kvm } = await bench(t, {}, { auth: "session" });
    await kvm.atx.getState();
    await sim.restart();
    const press = kvm.atx.clickPower();
    await Promise.all([press, ...Array.from({ length: 20 }, () => kvm.atx.getState())]);
    assert.equal(logins(sim), 2);
    assert.equal(sim.host.presses.length, 1);
    assert.deepEqual(
      sim.requests.filter(({ path }) => path === "/api/atx/click").map(({ status }) => status),
      [403, 200],
    );
  });

  test("a press is not made again for a 401 that does not come from the device, and the next one logs in anew", async (t) => {
    const { sim, kvm } = await bench(t, {}, { auth: "session" });
    sim.faults.add({ kind: "status", code: 401, path: "/api/atx/click", after: true, times: 1 });
    await failure(kvm.atx.clickPower(), { name: "AuthError", statusCode: 401 });
    await kvm.atx.clickReset();
    assert.deepEqual([sim.host.presses.length, logins(sim)], [2, 2]);
  });

  test("the event connection logs in again too", async (t) => {
    const { sim, kvm } = await bench(t, {}, { auth: "session" });
    await kvm.atx.getState();
    await sim.restart();
    const stream = kvm.events();
    await new Promise((resolve) => stream.once("state", resolve));
    assert.equal(logins(sim), 2);
  });

  test("a device that restarts right after a login refuses its session, too: that is not the login", async (t) => {
    const { sim, kvm } = await bench(t, {}, { auth: "session" });
    const body = '{"ok": false, "result": {"error": "ForbiddenError", "error_msg": "Forbidden"}}';
    const refusal = { kind: "status", code: 403, body, contentType: "application/json", path: "/api/atx" } as const;
    sim.faults.add({ ...refusal, times: 2 });
    await kvm.atx.getState();
    assert.equal(logins(sim), 3);
    sim.faults.add(refusal);
    await failure(kvm.atx.getState(), { name: "AuthError", error: "ForbiddenError" });
    assert.equal(logins(sim), 5, "not for ever");
  });

  test("a refusal that a new login does not cure is told", async (t) => {
    const { sim, kvm } = await bench(t, {}, { auth: "session" });
    sim.faults.add({ kind: "status", code: 403, path: "/api/atx" });
    await failure(kvm.atx.getState(), { name: "AuthError", statusCode: 403 });
    assert.equal(logins(sim), 2);
  });

  test("a refused login fails all who wait for it, after one attempt; no later call tries again", async (t) => {
    const { sim, kvm } = await bench(t, { passwd: "other" }, { auth: "session" });
    await Promise.all(
      Array.from({ length: 10 }, () => failure(kvm.atx.getState(), { name: "AuthError", statusCode: 403 })),
    );
    assert.equal(logins(sim), 1);
    sim.state.auth.account = { user: "admin", passwd: password };
    const { message } = await failure(kvm.atx.getState(), { name: "AuthError", statusCode: 403 });
    assert.match(message, /not tried again before \d\d:\d\d:\d\d, unless the settings change/);
    assert.equal(logins(sim), 1, "some devices lock accounts");
  });

  test("a proxy's refusal says nothing of our credentials: the next call tries again", async (t) => {
    const { sim, kvm } = await bench(t);
    sim.faults.add({ kind: "status", code: 403, body: "<html>", contentType: "text/html", times: 1 });
    await failure(kvm.atx.getState(), { name: "AuthError", statusCode: 403 });
    await kvm.atx.getState();
  });

  test("who waits for a login can be cancelled, and the others still get theirs", async (t) => {
    const { sim, kvm } = await bench(t, {}, { auth: "session" });
    sim.faults.add({ kind: "delay", ms: 200, path: "/api/auth/login" });
    const abort = new AbortController();
    const cancelled = failure(kvm.atx.clickPower({ signal: abort.signal }), {
      name: "CancelledError",
      outcome: undefined,
    });
    const other = kvm.atx.getState();
    await until(() => logins(sim) === 1);
    abort.abort();
    await cancelled;
    await other;
    assert.equal(sim.host.presses.length, 0);
  });

  test("a device that lets everybody in has no sessions", async (t) => {
    const { kvm } = await bench(t, { auth: false }, { auth: "session" });
    await kvm.atx.getState();
  });

  test("logout ends the session on the device; the next call logs in again", async (t) => {
    const { sim, kvm } = await bench(t, {}, { auth: "session" });
    await kvm.auth.check();
    await kvm.auth.logout();
    await kvm.auth.check();
    assert.equal(logins(sim), 2);
  });

  test("after logout the dead cookie is not shown to the device again", async (t) => {
    const { sim, kvm } = await bench(t, {}, { auth: "session" });
    await kvm.auth.logout();
    await kvm.atx.getState();
    assert.deepEqual(
      sim.requests.map(({ status }) => status),
      [200, 200, 200, 200],
    );
  });

  test("logout without a session is the device's error; it is allowed for read-only", async (t) => {
    const { kvm } = await bench(t, {}, { readOnly: true });
    await failure(kvm.auth.logout(), { name: "APIError", error: "ValidatorError", outcome: undefined });
  });

  test("a login that fails below HTTP is the call's error, without doubt about the call", async (t) => {
    const { sim, kvm } = await bench(t, {}, { auth: "session" });
    sim.faults.add({ kind: "reset", path: "/api/auth/login" });
    await failure(kvm.atx.clickPower(), { name: "ConnectError", outcome: undefined, retryable: true });
    assert.equal(sim.host.presses.length, 0);
    sim.faults.clear();
    await kvm.atx.clickPower();
    assert.equal(logins(sim), 2, "the next call tries again");
  });

  test("who is cancelled before does not wait for a login", async (t) => {
    const { sim, kvm } = await bench(t, {}, { auth: "session", timeout: 60 });
    sim.faults.add({ kind: "hang", path: "/api/auth/login" });
    await failure(kvm.atx.clickPower({ signal: AbortSignal.abort() }), { name: "CancelledError", outcome: undefined });
  });
});

describe("login as a call", SIDE_BY_SIDE, () => {
  const TOKEN = /^[0-9a-f]{64}$/;
  const tokens = (sim: Simulator) => sim.requests.map(({ headers }) => headers.cookie?.replace("auth_token=", ""));

  test("makes a session that all later calls use, without logging in again", async (t) => {
    const { sim, kvm } = await bench(t, { totpSecret }, { auth: "session", totpSecret });
    const token = await kvm.auth.login();
    assert.match(token, TOKEN);
    await kvm.atx.getState();
    assert.deepEqual(tokens(sim), [undefined, token]);
    const next = await kvm.auth.login({ expire: 60 });
    await kvm.atx.getState();
    assert.notEqual(next, token);
    assert.deepEqual(tokens(sim).slice(2), [undefined, next]);
  });

  test("the session ends after its time, and another one is made by itself", async (t) => {
    const clock = manualClock();
    const { sim, kvm } = await bench(t, { clock }, { auth: "session", sessionExpire: 60 });
    await kvm.atx.getState();
    await clock.advance(59_000);
    await kvm.atx.getState();
    assert.equal(posts(sim, "/api/auth/login").length, 1);
    await clock.advance(2_000);
    await kvm.atx.clickPower();
    assert.equal(posts(sim, "/api/auth/login").length, 2);
    await kvm.auth.login({ expire: 600 });
    await clock.advance(61_000);
    await kvm.atx.getState();
    assert.equal(posts(sim, "/api/auth/login").length, 3, "the call's own time goes before the option's");
  });

  test("is for other programs where the client itself needs no session; they log out by its token", async (t) => {
    const { sim, kvm } = await bench(t);
    const token = await kvm.auth.login();
    await kvm.auth.check();
    assert.deepEqual(tokens(sim), [undefined, undefined]);
    await kvm.auth.logout({ token });
    await failure(kvm.auth.logout({ token }), { name: "AuthError", statusCode: 403 });
    await kvm.auth.check();
  });

  test("of somebody else changes nothing for the client, whatever comes of it", async (t) => {
    const { sim, kvm } = await bench(t, {}, { auth: "session" });
    await kvm.auth.check();
    const own = tokens(sim).at(-1);
    assert.match(await kvm.auth.login({ as: { user: "admin", password } }), TOKEN);
    await failure(kvm.auth.login({ as: { user: "admin", password: "wrong" } }), { name: "AuthError", statusCode: 403 });
    await failure(kvm.auth.login({ as: { user: "ADMIN!", password } }), { name: "APIError", error: "ValidatorError" });
    await kvm.auth.check();
    assert.equal(tokens(sim).at(-1), own);
  });

  test("when it is refused, no call offers these credentials again", async (t) => {
    const { sim, kvm } = await bench(t, { passwd: "other" }, { auth: "session" });
    await failure(kvm.auth.login(), { name: "AuthError", statusCode: 403 });
    const message = /not tried again/;
    await failure(kvm.auth.login(), { name: "AuthError", message });
    await failure(kvm.atx.getState(), { name: "AuthError", message });
    assert.equal(sim.requests.length, 1);
  });

  test("has no token where the device lets everybody in", async (t) => {
    const { kvm } = await bench(t, { auth: false }, { auth: "session" });
    assert.equal(await kvm.auth.login(), "");
    await kvm.atx.getState();
  });

  test("can be cancelled", async (t) => {
    const { sim, kvm } = await bench(t, {}, { auth: "session" });
    sim.faults.add({ kind: "hang", path: "/api/auth/login" });
    const abort = new AbortController();
    const login = failure(kvm.auth.login({ signal: abort.signal }), { name: "CancelledError", outcome: undefined });
    await until(() => sim.requests.length + sim.connections > 0);
    abort.abort();
    await login;
  });

  test("what cannot be is refused before anything is sent, without repeating a token", async (t) => {
    const { sim, kvm } = await bench(t);
    for (const expire of [-1, 1.5, NaN, Infinity, 1e17]) {
      await failure(kvm.auth.login({ expire }), { name: "ConfigurationError" });
      await failure(client(t, { address: sim.url, sessionExpire: expire }), { name: "ConfigurationError" });
    }
    for (const token of ["", "Pa55-Hunter2!", "0".repeat(63), "A".repeat(64), `${"0".repeat(64)}; x=1`]) {
      await failure(kvm.auth.logout({ token }), { name: "ConfigurationError" });
    }
    assert.equal(sim.requests.length, 0);
  });
});

describe("two-factor codes", SIDE_BY_SIDE, () => {
  test("RFC 6238: the last six digits of its SHA-1 vectors", () => {
    const key = Buffer.from("12345678901234567890");
    const vectors: [number, string][] = [
      [59, "287082"],
      [1111111109, "081804"],
      [1111111111, "050471"],
      [1234567890, "005924"],
      [2000000000, "279037"],
      [20000000000, "353130"],
    ];
    for (const [seconds, code] of vectors) assert.equal(totpCode(key, seconds * 1000), code);
  });

  test("the secret may be written in any usual way", () => {
    const key = Buffer.from("12345678901234567890");
    for (const text of [
      "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
      "gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
      "GEZDGNBV-GY3TQOJQ-GEZDGNBV-GY3TQOJQ====",
    ]) {
      assert.deepEqual(parseTotpSecret(text), key);
    }
  });

  test("a code of the moment goes with every request, in every way to authenticate", async (t) => {
    for (const auth of AUTH_METHODS) {
      const { kvm } = await bench(t, { totpSecret }, { auth, totpSecret });
      await kvm.auth.check();
      await kvm.auth.check();
    }
  });

  const skews: [string, number, RegExp][] = [
    ["behind", 300_000, /clock is (299|300|301) s behind the device's; two-factor codes/],
    ["ahead of", -300_000, /clock is (299|300|301) s ahead of the device's; two-factor codes/],
    ["with", 0, /two-factor code was refused$/],
  ];
  for (const [word, skew, message] of skews) {
    test(`a refusal tells of clocks that disagree: ours is ${word} the device's`, async (t) => {
      const options = { totpSecret, password: `${password}x` };
      for (const auth of ["headers", "session"] as const) {
        const { kvm } = await bench(t, { totpSecret, clock: realClock({ skew }) }, { ...options, auth });
        await failure(kvm.auth.check(), { name: "AuthError", statusCode: 403, message });
      }
    });
  }

  test("a refusal without a usable date, or without two-factor, says nothing of clocks", async (t) => {
    const address = await httpServer(t, (_, response) => {
      response.sendDate = false;
      response.writeHead(403, { date: "soon" }).end();
    });
    const expected: Expected = { name: "AuthError", message: /refused$/ };
    await failure((await client(t, { address: `http://${address}`, totpSecret })).auth.check(), expected);
    await failure((await client(t, { address: `http://${address}` })).auth.check(), expected);
  });
});

// Alone, because it sets the clock of the whole process.
describe("two-factor codes as time goes by", () => {
  test("each request has its own code", async (t) => {
    const { sim, kvm } = await bench(t, { totpSecret }, { totpSecret });
    t.mock.timers.enable({ apis: ["Date"], now: 1_700_000_000_000 });
    sim.state.auth.enabled = false;
    await kvm.auth.check();
    t.mock.timers.setTime(1_700_000_030_000);
    await kvm.auth.check();
    const [first, second] = sim.requests.map(({ headers }) => headers["x-kvmd-passwd"]);
    assert.equal(first, password + totpCode(parseTotpSecret(totpSecret), 1_700_000_000_000));
    assert.equal(second, password + totpCode(parseTotpSecret(totpSecret), 1_700_000_030_000));
  });
});
