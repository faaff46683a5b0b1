import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, test, type TestContext } from "node:test";
import { AuthError, type ConnectionChange, PiKVM, type PiKVMOptions } from "../../src/client";
import { AUTH_METHODS } from "../../src/client/vocabulary";
import { manualClock, type ManualClock, type Simulator, type SimulatorOptions } from "../../src/simulator";
import { until } from "../harness/until";
import { bench, checkError, client, failure, httpServer, SECRETS, SIDE_BY_SIDE } from "./kit";

const { password, totpSecret } = SECRETS;
const MINUTE = 60_000;
const RIGHT = { user: "admin", passwd: password };
const CHANGED = { user: "admin", passwd: "changed" };

/** Every way to log in, with and without two-factor. */
const KINDS: [name: string, options: Partial<PiKVMOptions>][] = AUTH_METHODS.flatMap((auth) => [
  [auth, { auth }],
  [`${auth} with two-factor`, { auth, totpSecret }],
]);

interface Owned {
  sim: Simulator;
  kvm: PiKVM;
  clock: ManualClock;
  options: Partial<PiKVMOptions>;
}

/** A device and a client with one clock, which stands still. Its date does not: two-factor codes are of our own. */
async function owned(
  t: TestContext,
  options: Partial<PiKVMOptions> = {},
  simulator: SimulatorOptions = {},
): Promise<Owned> {
  const clock: ManualClock = { ...manualClock(), wall: () => Date.now() };
  const secret = options.totpSecret === undefined ? {} : { totpSecret: options.totpSecret };
  const { sim, kvm } = await bench(t, { ...secret, ...simulator, clock }, { ...options, clock });
  return { sim, kvm, clock, options };
}

/** How often credentials were offered: a cookie that is there already is none. */
function offers(sim: Simulator): number {
  return sim.requests.filter(
    ({ headers, path }) =>
      headers["x-kvmd-user"] !== undefined || headers.authorization !== undefined || path === "/api/auth/login",
  ).length;
}

const read = (kvm: PiKVM) => kvm.atx.getState();
const REFUSED = { name: "AuthError", statusCode: 403, retryable: false };
const PAUSED = { ...REFUSED, code: "LOGIN_PAUSED" };

function nextTrial(error: unknown): number {
  assert.ok(error instanceof AuthError && error.nextTrial !== undefined);
  return error.nextTrial.getTime() - Date.now();
}

/** Seconds, to a tenth of a minute: the clock of the computer goes on. */
function assertMinutes(error: unknown, minutes: number): void {
  const left = nextTrial(error) / MINUTE;
  assert.ok(Math.abs(left - minutes) < 0.5, `${left} and not ${minutes} minutes`);
}

/** Lets a flow that sends a message each half minute run. @returns the minutes in which credentials were offered. */
async function trialsIn({ sim, kvm, clock }: Owned, minutes: number): Promise<number[]> {
  const at: number[] = [];
  for (let half = 1; half <= minutes * 2; half += 1) {
    await clock.advance(MINUTE / 2);
    const before = offers(sim);
    await read(kvm).catch(() => undefined);
    if (offers(sim) > before) at.push(half / 2);
  }
  return at;
}

describe("a refused login heals by itself", SIDE_BY_SIDE, () => {
  for (const [name, options] of KINDS) {
    test(`${name}: one trial after 1, 5, 15 and then each 60 minutes, never more than 5 in an hour`, async (t) => {
      const on = await owned(t, options);
      const { sim, kvm } = on;
      sim.state.auth.serverDown = true;
      assertMinutes(await failure(read(kvm), { ...REFUSED, code: "HTTP_403" }), 1);
      const before = offers(sim);
      assertMinutes(await failure(read(kvm), PAUSED), 1);
      assert.equal(offers(sim), before, "nothing is sent");
      assert.deepEqual(await trialsIn(on, 150), [1, 6, 21, 81, 141]);
    });

    test(`${name}: success restores everything, and the next refusal is the first one again`, async (t) => {
      const on = await owned(t, options);
      const { sim, kvm, clock } = on;
      sim.state.auth.serverDown = true;
      await failure(read(kvm), REFUSED);
      await clock.advance(MINUTE);
      assertMinutes(await failure(read(kvm), REFUSED), 5);
      sim.state.auth.serverDown = false;
      await failure(read(kvm), PAUSED);
      await clock.advance(5 * MINUTE);
      await Promise.all(Array.from({ length: 5 }, () => read(kvm)));
      sim.state.auth.serverDown = true;
      await sim.restart();
      assertMinutes(await failure(read(kvm), REFUSED), 1);
    });

    test(`${name}: however many ask at once, with nobody accepted before, one is offered`, async (t) => {
      const { sim, kvm, clock } = await owned(t, options);
      const burst = () => Promise.all(Array.from({ length: 20 }, () => failure(read(kvm), REFUSED)));
      sim.state.auth.serverDown = true;
      await burst();
      assert.equal(offers(sim), 1);
      await clock.advance(MINUTE);
      await burst();
      assert.equal(offers(sim), 2, "one trial for all");
    });
  }

  /** Everything that offers credentials. */
  const WAYS: Record<string, (kvm: PiKVM) => Promise<unknown>> = {
    "a read": read,
    "a change": (kvm) => kvm.atx.clickPower(),
    "any call": (kvm) => kvm.request("GET", "/api/info"),
    "a stream": (kvm) => kvm.stream("GET", "/api/log", { query: { follow: true } }),
    "an upload": (kvm) => kvm.msd.upload("a.iso", Readable.from([Buffer.from("a")]), { size: 1 }),
    Redfish: (kvm) => kvm.redfish.getSystem(),
    metrics: (kvm) => kvm.prometheus.getMetrics(),
    "a login": (kvm) => kvm.auth.login(),
    "the events": async (kvm) => {
      const stream = kvm.events();
      const change = await new Promise<ConnectionChange>((resolve) => stream.on("connection", resolve));
      await stream.close();
      throw change.error ?? assert.fail();
    },
    "live keyboard and mouse": (kvm) => kvm.live(),
    "the media socket": (kvm) => kvm.media.open(),
    "the state of the media daemon": (kvm) => kvm.media.getState(),
    "the video": (kvm) => kvm.video.acquire(),
    MJPEG: async (kvm) => {
      for await (const frame of kvm.streamer.mjpeg()) assert.ok(frame);
    },
  };

  for (const [way, ask] of Object.entries(WAYS)) {
    for (const auth of AUTH_METHODS) {
      test(`${way}, ${auth}: its refusal counts for all others, and theirs for it`, async (t) => {
        const { sim, kvm, clock } = await owned(t, { auth });
        sim.state.auth.account = CHANGED;
        const error = await failure(ask(kvm), { name: "AuthError", statusCode: 403 });
        assertMinutes(error, 1);
        assert.equal(offers(sim), 1);
        await failure(read(kvm), PAUSED);
        await failure(ask(kvm), PAUSED);
        await clock.advance(MINUTE - 1);
        await failure(ask(kvm), PAUSED);
        assert.equal(offers(sim), 1);
        await clock.advance(1);
        assertMinutes(await failure(ask(kvm), { name: "AuthError", statusCode: 403 }), 5);
        assert.equal(offers(sim), 2);
      });
    }
  }

  test("the event connection tries by itself, tells each refusal, and comes back", async (t) => {
    const { sim, kvm, clock } = await owned(t);
    const changes: ConnectionChange[] = [];
    kvm.events().on("connection", (change) => changes.push(change));
    await until(() => changes.length === 1);
    sim.state.auth.account = CHANGED;
    sim.dropSessions();
    await until(() => changes.at(-1)?.error instanceof AuthError);
    assertMinutes(changes.at(-1)?.error, 1);
    assert.equal(changes.at(-1)?.repeated, undefined);
    for (const [pause, next] of [
      [1, 5],
      [5, 15],
    ] as const) {
      const before = changes.length;
      await clock.advance(pause * MINUTE);
      await until(() => changes.length > before);
      assertMinutes(changes.at(-1)?.error, next);
      assert.equal(changes.at(-1)?.repeated, true);
    }
    sim.state.auth.account = RIGHT;
    await clock.advance(15 * MINUTE);
    await until(() => changes.at(-1)?.connected);
  });

  test("the event connection comes back at once when a call is accepted again", async (t) => {
    const { sim, kvm, clock } = await owned(t);
    sim.state.auth.serverDown = true;
    const stream = kvm.events();
    await until(() => stream.connection.error instanceof AuthError);
    sim.state.auth.serverDown = false;
    // The call is first: time passes, and nobody tells the connection.
    await clock.advance(MINUTE);
    await read(kvm);
    await until(() => stream.connection.connected);
  });

  test("what is asked again and again goes on too: the time without keys, and what is seen on the screen", async (t) => {
    const { sim, kvm } = await owned(t);
    sim.state.auth.serverDown = true;
    const idle: unknown[] = [];
    kvm.events({ idle: 60 }).on("state", ({ kind, state }) => kind === "idle" && idle.push(state));
    await until(() => offers(sim) === 1);
    await failure(read(kvm), PAUSED);
    sim.state.auth.serverDown = false;
    await kvm.retryLogin();
    await until(() => idle.length === 1);
  });

  test("asked to, it is tried at once; without a refusal nothing is sent", async (t) => {
    for (const [, options] of KINDS) {
      const { sim, kvm } = await owned(t, options);
      await kvm.retryLogin();
      assert.equal(sim.requests.length, 0);
      sim.state.auth.serverDown = true;
      await failure(read(kvm), REFUSED);
      assertMinutes(await failure(kvm.retryLogin(), REFUSED), 5);
      sim.state.auth.serverDown = false;
      await kvm.retryLogin();
      await read(kvm);
    }
  });

  test("not even who asks for it gets more than 5 trials in an hour", async (t) => {
    const on = await owned(t);
    const { sim, kvm, clock } = on;
    sim.state.auth.serverDown = true;
    await failure(read(kvm), REFUSED);
    for (let count = 0; count < 10; count += 1) await failure(kvm.retryLogin(), REFUSED);
    assert.equal(offers(sim), 5);
    assertMinutes(await failure(kvm.retryLogin(), PAUSED), 60);
    await clock.advance(60 * MINUTE);
    await failure(kvm.retryLogin(), REFUSED);
    assert.equal(offers(sim), 6);
  });

  test("nor do clients that are made anew, unless with other settings", async (t) => {
    const { sim, clock } = await owned(t);
    sim.state.auth.account = CHANGED;
    for (let count = 0; count < 10; count += 1) {
      const again = await client(t, { address: sim.url, clock });
      await failure(read(again), REFUSED);
      await again.close();
    }
    assert.equal(offers(sim), 5);
    await read(await client(t, { address: sim.url, password: "changed", clock }));
  });

  test("a device that locks logins, as GL.iNet's firmware does, is never brought to it", async (t) => {
    for (const auth of AUTH_METHODS) {
      const on = await owned(t, { auth }, { lockout: { attempts: 6, window: 3600, counts: "all" } });
      const { sim, kvm, clock } = on;
      const stream = kvm.events();
      await until(() => stream.connection.connected);
      sim.state.auth.serverDown = true;
      const offered = offers(sim);
      await sim.restart();
      // What is lost comes first, and is refused after 5 s.
      await until(() => offers(sim) > offered);
      await clock.advance(5000);
      await until(() => stream.connection.error instanceof AuthError);
      for (let half = 1; half <= 150; half += 1) {
        await clock.advance(MINUTE / 2);
        await Promise.all(Array.from({ length: 4 }, () => read(kvm).catch(() => undefined)));
        if (half % 15 === 0) await kvm.retryLogin().catch(() => undefined);
      }
      assert.equal(sim.state.auth.lockout?.locks, 0);
      sim.state.auth.serverDown = false;
      await clock.advance(60 * MINUTE);
      await until(() => stream.connection.connected);
    }
  });

  test("a device that has locked logins says for how long; it is not asked before", async (t) => {
    const on = await owned(t, { auth: "session" }, { lockout: { attempts: 1, duration: 1200 } });
    const { sim, kvm } = on;
    sim.state.auth.account = CHANGED;
    const error = await failure(read(kvm), { name: "AuthError", statusCode: 429, error: "RateLimitError" });
    assertMinutes(error, 20);
    sim.state.auth.account = RIGHT;
    assert.deepEqual(await trialsIn(on, 25), [20]);
    await read(kvm);
  });

  test("a session that is refused since all logins are locked is not replaced by another login", async (t) => {
    const { sim, kvm } = await owned(t, { auth: "session" });
    await read(kvm);
    const offered = offers(sim);
    const body = JSON.stringify({ ok: false, result: { error: "RateLimitError", error_msg: "Too many attempts" } });
    sim.faults.add({ kind: "status", code: 429, body, contentType: "application/json", path: /atx/, times: 1 });
    await failure(read(kvm), { name: "AuthError", statusCode: 429, error: "RateLimitError" });
    await failure(read(kvm), { name: "AuthError", code: "LOGIN_PAUSED" });
    assert.equal(offers(sim), offered);
  });

  test("a refusal that was on its way already does not count as another trial, and no late success ends a pause", async (t) => {
    const { sim, kvm, clock } = await owned(t, { timeout: 60 });
    await read(kvm);
    const slow = sim.faults.add({ kind: "delay", ms: 1000, path: "/api/info" });
    const late = [kvm.request("GET", "/api/info"), kvm.request("GET", "/api/info", { query: { fields: "meta" } })];
    await until(() => slow.hits === 2);
    sim.state.auth.account = CHANGED;
    await failure(read(kvm), REFUSED);
    sim.state.auth.account = RIGHT;
    await clock.advance(1000);
    await Promise.all(late);
    assertMinutes(await failure(read(kvm), PAUSED), 1);
  });

  test("a trial that does not reach the device is none: it is made by the next call", async (t) => {
    for (const [, options] of KINDS) {
      const { sim, kvm, clock } = await owned(t, options);
      sim.state.auth.serverDown = true;
      await failure(read(kvm), REFUSED);
      sim.state.auth.serverDown = false;
      await clock.advance(MINUTE);
      await sim.unplug();
      await Promise.all([1, 2, 3].map(() => failure(read(kvm), { name: "ConnectError", code: "ECONNREFUSED" })));
      await sim.plugIn();
      await read(kvm);
    }
  });

  test("calls whose login is not known yet wait for one, but not for one that is silent", async (t) => {
    const { sim, kvm, clock } = await owned(t, { timeout: 60 });
    const hang = sim.faults.add({ kind: "hang", path: "/api/info" });
    const hanging = failure(kvm.request("GET", "/api/info"), { name: "CancelledError" });
    await until(() => hang.hits === 1);
    const other = read(kvm);
    const given = failure(kvm.request("GET", "/api/atx", { timeout: 0.05 }), { name: "ConnectionTimeoutError" });
    await given;
    assert.equal(sim.requests.length + hang.hits, offers(sim) + 1);
    await clock.advance(1500);
    await other;
    await kvm.close();
    await hanging;
  });

  test("credentials that were accepted a while ago, or before an outage, are not known any more", async (t) => {
    const { sim, kvm, clock } = await owned(t);
    const burst = () => Promise.all(Array.from({ length: 10 }, () => failure(read(kvm), REFUSED)));
    await read(kvm);
    await clock.advance(MINUTE);
    sim.state.auth.account = CHANGED;
    await burst();
    assert.equal(offers(sim), 2);
    sim.state.auth.account = RIGHT;
    await kvm.retryLogin();
    sim.kill();
    await failure(read(kvm), { name: "APIError", statusCode: 502 });
    sim.state.auth.account = CHANGED;
    await sim.restart();
    const before = offers(sim);
    await burst();
    assert.equal(offers(sim), before + 1);
  });

  test("a proxy's refusals of one path say nothing of our login, unless there are three in a row", async (t) => {
    const page = { kind: "status", code: 403, body: "<html>", contentType: "text/html", path: "/api/info" } as const;
    const { sim, kvm } = await owned(t);
    const info = () => kvm.request("GET", "/api/info");
    const fault = sim.faults.add(page);
    for (let count = 0; count < 5; count += 1) {
      const error = await failure(info(), { ...REFUSED, error: "" });
      assert.ok(error instanceof AuthError && error.nextTrial === undefined);
      await read(kvm);
    }
    for (let count = 0; count < 3; count += 1) await failure(info(), { ...REFUSED, code: "HTTP_403" });
    await failure(read(kvm), PAUSED);
    assert.equal(fault.hits, 8);
  });

  test("whoever answers 401 refuses our login, also where it is no PiKVM", async (t) => {
    let asked = 0;
    const address = await httpServer(t, (_, response) => {
      asked += 1;
      response.writeHead(401, { "www-authenticate": "Basic" }).end();
    });
    const kvm = await client(t, { address: `http://${address}`, auth: "basic" });
    for (let count = 0; count < 3; count += 1) await failure(read(kvm), { name: "AuthError", statusCode: 401 });
    assert.equal(asked, 1);
  });

  test("a pause has a signal's end, and the device's", async (t) => {
    const { sim, kvm } = await owned(t);
    sim.state.auth.serverDown = true;
    const stream = kvm.events();
    await until(() => stream.connection.error instanceof AuthError);
    checkError(stream.connection.error, REFUSED);
    await stream.close();
    await failure(kvm.retryLogin({ signal: AbortSignal.abort() }), { name: "CancelledError" });
    await kvm.close();
    await failure(kvm.retryLogin(), { name: "PiKVMError", code: "CLOSED" });
  });

  test("who waits for a trial leaves no timer behind when the device is closed", async (t) => {
    const timers = new Set<() => void>();
    const clock = {
      now: () => performance.now(),
      setTimeout(run: () => void) {
        timers.add(run);
        return { cancel: () => void timers.delete(run) };
      },
    };
    const { sim, kvm } = await bench(t, {}, { clock });
    sim.state.auth.serverDown = true;
    const stream = kvm.events();
    await until(() => stream.connection.error instanceof AuthError && timers.size > 0);
    await stream.close();
    await kvm.close();
    assert.equal(timers.size, 0);
  });
});
