import assert from "node:assert/strict";
import { getEventListeners, once } from "node:events";
import type { Socket } from "node:net";
import { describe, test } from "node:test";
import { parseAddress, PiKVM, PiKVMError } from "../../src/client";
import { startSimulator } from "../../src/simulator";
import { until } from "../harness/until";
import { bench, client, failure, httpServer, posts, SIDE_BY_SIDE, tcpServer, webSocketServer } from "./kit";

const OK = JSON.stringify({ ok: true, result: {} });

const BUSY = '{"ok": false, "result": {"error": "MsdIsBusyError", "error_msg": "busy"}}';

describe("address", () => {
  const cases: [string, string, string, number, string][] = [
    ["pikvm.lan", "https://pikvm.lan", "pikvm.lan", 443, ""],
    [" PiKVM.lan ", "https://pikvm.lan", "pikvm.lan", 443, ""],
    ["pikvm.lan:8443", "https://pikvm.lan:8443", "pikvm.lan", 8443, ""],
    ["10.0.0.7", "https://10.0.0.7", "10.0.0.7", 443, ""],
    ["http://pikvm", "http://pikvm", "pikvm", 80, ""],
    ["HTTPS://pikvm/", "https://pikvm", "pikvm", 443, ""],
    ["https://proxy.lan/kvm1", "https://proxy.lan", "proxy.lan", 443, "/kvm1"],
    ["proxy.lan//a///b//", "https://proxy.lan", "proxy.lan", 443, "/a/b"],
    ["fe80::1", "https://[fe80::1]", "fe80::1", 443, ""],
    ["::1", "https://[::1]", "::1", 443, ""],
    ["[fe80::1]:8443", "https://[fe80::1]:8443", "fe80::1", 8443, ""],
    ["http://[fe80::1]/kvm/", "http://[fe80::1]", "fe80::1", 80, "/kvm"],
    ["::ffff:10.0.0.7", "https://[::ffff:a00:7]", "::ffff:a00:7", 443, ""],
  ];
  for (const [text, origin, hostname, port, path] of cases) {
    test(JSON.stringify(text), () => {
      assert.deepEqual(parseAddress(text), { secure: origin.startsWith("https"), origin, hostname, port, path });
    });
  }

  const refused = [
    "",
    "  ",
    "ftp://pikvm",
    "https://",
    "http://a b",
    "pikvm:99999",
    "https://pikvm?x=1",
    "https://pikvm/#kvm",
    "a:b:c",
  ];
  for (const text of refused) {
    test(`not ${JSON.stringify(text)}`, async () => {
      await failure(new PiKVM({ address: text }).open(), {
        name: "ConfigurationError",
        code: text.trim() ? "INVALID_INPUT" : "NOT_CONFIGURED",
      });
    });
  }

  test("not a long one, which is read in no more time than its length takes", async () => {
    await failure(new PiKVM({ address: `${"/".repeat(500_000)} x` }).open(), { name: "ConfigurationError" });
  });

  test("never with a password in it, which no message repeats", async () => {
    for (const address of [
      "https://admin:Pa55-Hunter2!@pikvm",
      "admin:Pa55-Hunter2!@pikvm",
      "https://admin:Pa55-Hunter2!@pi kvm",
      "https://admin:Pa55-Hunter2!\n@pikvm",
      "ftp://x:Pa55-Hunter2!@pikvm",
    ]) {
      await failure(new PiKVM({ address }).open(), { name: "ConfigurationError" });
    }
  });
});

describe("requests", SIDE_BY_SIDE, () => {
  test("go below the sub-path, without doubled slashes, HTTP and WebSocket alike", async (t) => {
    const { sim } = await bench(t, { subPath: "/lab/kvm1" });
    const kvm = await client(t, { address: `http://127.0.0.1:${sim.port}//lab/kvm1//` });
    await kvm.atx.getState();
    const stream = kvm.events();
    await once(stream, "state");
    assert.deepEqual(
      sim.requests.map(({ path }) => path),
      ["/lab/kvm1/api/atx", "/lab/kvm1/api/ws"],
    );
  });

  test("reach an IPv6 address", async (t) => {
    const sim = await startSimulator({ host: "::1", passwd: "Pa55-Hunter2!" }).catch(() => undefined);
    if (!sim) {
      t.skip("no IPv6 here");
      return;
    }
    t.after(() => sim.close());
    const kvm = await client(t, { address: `[::1]:${sim.port}`, trust: { fingerprint: sim.fingerprint } });
    await kvm.atx.getState();
    await once(kvm.events(), "state");
  });

  test("carry any character in a parameter", async (t) => {
    const { sim, kvm } = await bench(t);
    const image = "a+b c/ü&x=1#?%41€.iso";
    await failure(kvm.msd.setParams({ image, cdrom: true, rw: undefined }), { name: "APIError" });
    assert.deepEqual(sim.requests[0]?.query, { image, cdrom: "1" });
  });

  test("share connections that are kept alive", async (t) => {
    const { sim, kvm } = await bench(t);
    for (let i = 0; i < 20; i += 1) await kvm.atx.getState();
    assert.ok(sim.connections <= 2);
    await Promise.all(Array.from({ length: 100 }, () => kvm.atx.getState()));
    assert.ok(sim.connections <= 16);
  });

  test("a read is repeated once on a broken connection", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.atx.getState();
    const once = sim.faults.add({ kind: "reset", times: 1 });
    await kvm.atx.getState();
    assert.equal(once.hits, 1);
    const always = sim.faults.add({ kind: "reset" });
    await failure(kvm.atx.getState(), { name: "ConnectError", retryable: true });
    assert.equal(always.hits, 2);
  });

  test("a read that could not even connect is not repeated", async (t) => {
    let connections = 0;
    const address = await tcpServer(t, (socket) => {
      connections += 1;
      socket.end("no TLS here\r\n");
    });
    const kvm = await client(t, { address: `https://${address}` });
    await failure(kvm.atx.getState(), { name: "ConnectError" });
    assert.equal(connections, 1);
  });

  test("a change is never repeated, even when the device has carried it out and the connection broke", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.atx.getState();
    sim.faults.add({ kind: "reset", times: 1, after: true, method: "POST" });
    await failure(kvm.atx.clickPower(), { name: "ConnectError", outcome: "unknown" });
    assert.equal(sim.host.presses.length, 1);
    assert.equal(posts(sim).length, 1);
  });

  test("a connection that the device gives up while idle does not reach the next change", async (t) => {
    const seen: string[] = [];
    const sockets = new Set<Socket>();
    const address = await httpServer(t, (request, response) => {
      seen.push(String(request.method));
      sockets.add(request.socket);
      response.end(OK);
    });
    const kvm = await client(t, { address: `http://${address}` });
    await kvm.auth.check();
    for (const socket of sockets) socket.end();
    await until(() => [...sockets].every(({ destroyed }) => destroyed));
    await kvm.atx.clickPower();
    assert.deepEqual(seen, ["GET", "POST"]);
  });

  test("what waits for a free connection was not sent", async (t) => {
    let arrived = 0;
    const address = await httpServer(t, () => void (arrived += 1));
    const kvm = await client(t, { address: `http://${address}` });
    const reads = Array.from({ length: 16 }, () => failure(kvm.atx.getState(), { name: "CancelledError" }));
    await until(() => arrived === 16);
    const abort = new AbortController();
    const press = failure(kvm.atx.clickPower({ signal: abort.signal }), { name: "CancelledError", outcome: undefined });
    await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    await press;
    await kvm.close();
    await Promise.all(reads);
    assert.equal(arrived, 16);
  });

  test("streams that nobody reads, and any calls that hang, leave connections to the others", async (t) => {
    const { sim, kvm } = await bench(t);
    const log = (timeout: number) => kvm.stream("GET", "/api/log", { query: { follow: true }, timeout });
    const [first] = await Promise.all(Array.from({ length: 16 }, () => log(60)));
    sim.faults.add({ kind: "hang", path: "/api/info" });
    const info = (timeout: number) => kvm.request("GET", "/api/info", { timeout });
    const hanging = Array.from({ length: 16 }, () => failure(info(60), { name: "CancelledError" }));
    await until(() => sim.requests.length === 32);
    const full = { name: "ConnectionTimeoutError", code: "NO_FREE_CONNECTION", outcome: undefined, retryable: true };
    await Promise.all([
      kvm.atx.clickPower(),
      failure(log(0.5), { ...full, message: /16 streams are open; .* destroy them\. Nothing was sent/ }),
      failure(info(0.5), { ...full, message: /16 calls are being answered\. Nothing was sent/ }),
    ]);
    first?.body.destroy();
    (await log(60)).body.destroy();
    await kvm.close();
    await Promise.all(hanging);
  });

  test("leave nothing on the caller's signal, however they end", async (t) => {
    const { sim, kvm } = await bench(t);
    const { signal } = new AbortController();
    await kvm.atx.getState({ signal });
    await kvm.hid.typeText("a", { signal });
    await kvm.power.on({ signal, wait: "led" });
    sim.faults.add({ kind: "status", code: 503, path: "/api/msd" });
    await failure(kvm.drive.mount("a.iso", { signal }), { name: "UnavailableError" });
    await sim.unplug();
    await failure(kvm.atx.getState({ signal }), { name: "ConnectError" });
    assert.deepEqual(getEventListeners(signal, "abort"), []);
  });

  test("a press that is waited for may take longer than an ordinary answer", async (t) => {
    const { kvm } = await bench(t, {}, { timeout: 0.5 });
    await kvm.atx.clickPower({ wait: true });
  });
});

describe("life", SIDE_BY_SIDE, () => {
  const RESOURCES = [
    "atx",
    "power",
    "hid",
    "keyboard",
    "pointer",
    "macros",
    "msd",
    "drive",
    "images",
    "gpio",
    "relays",
    "screen",
    "watch",
    "streamer",
    "switch",
    "ports",
    "edids",
    "system",
    "prometheus",
    "redfish",
    "media",
    "video",
    "auth",
  ] as const;
  const touches: [string, (kvm: PiKVM) => unknown][] = [
    ...RESOURCES.map((name): [string, (kvm: PiKVM) => unknown] => [name, (kvm) => kvm[name]]),
    ["events()", (kvm) => kvm.events()],
  ];

  test("these are all the resources there are", () => {
    const properties = Object.entries(Object.getOwnPropertyDescriptors(PiKVM.prototype));
    const getters = properties.filter(([name, property]) => !("value" in property) && name !== "baseUrl");
    assert.deepEqual(getters.map(([name]) => name).sort(), [...RESOURCES].sort());
  });

  for (const [name, touch] of touches) {
    test(`${name} throws before open() and after close(), and says which`, async () => {
      const kvm = new PiKVM({ address: "pikvm.lan" });
      assert.throws(() => touch(kvm), (error) => error instanceof PiKVMError && error.name === "PiKVMError" && error.code === "NOT_OPEN" && /call open\(\) first/.test(error.message)); // prettier-ignore
      await kvm.open();
      await kvm.close();
      assert.throws(() => touch(kvm), (error) => error instanceof PiKVMError && error.code === "CLOSED" && /closed/.test(error.message)); // prettier-ignore
    });
  }

  test("opens once and never again", async () => {
    const kvm = await new PiKVM({ address: "pikvm.lan" }).open();
    await failure(kvm.open(), { name: "PiKVMError", code: "OPEN" });
    await kvm.close();
    await kvm.close();
    await failure(kvm.open(), { name: "PiKVMError", code: "CLOSED" });
    const unopened = new PiKVM({ address: "pikvm.lan" });
    await unopened.close();
    await failure(unopened.open(), { name: "PiKVMError", code: "CLOSED" });
  });

  test("what was kept from before close() is of no use after it", async (t) => {
    const { sim, kvm } = await bench(t);
    const { atx, power, hid, msd, drive, system, auth } = kvm;
    await kvm.close();
    const calls = [
      atx.getState(),
      atx.clickPower(),
      power.on(),
      hid.typeText("a"),
      hid.press("KeyA"),
      msd.reset(),
      drive.eject(),
      system.info(),
      auth.check(),
    ];
    for (const call of calls) await failure(call, { name: "CancelledError", code: "CLOSED", outcome: undefined });
    assert.equal(sim.requests.length, 0);
  });

  test("nothing connects before the first call", async (t) => {
    const { sim } = await bench(t);
    assert.equal(sim.connections, 0);
  });

  test("await using closes", async (t) => {
    const { sim } = await bench(t);
    {
      await using kvm = new PiKVM({ address: sim.url, user: "admin", password: "Pa55-Hunter2!" });
      await kvm.open();
      await kvm.atx.getState();
      assert.equal(sim.connections, 1);
    }
    await until(() => sim.connections === 0);
  });
});

// Alone, because it counts what the process has open.
describe("nothing is left after close()", () => {
  const resources = () =>
    process.getActiveResourcesInfo().filter((name) => !/Immediate|TickObject|GetAddrInfo/.test(name));

  const busy: [string, (kvm: PiKVM, sim: Awaited<ReturnType<typeof startSimulator>>) => Promise<unknown>[]][] = [
    ["idle connections", (kvm) => Array.from({ length: 5 }, () => kvm.atx.getState())],
    ["a hanging request", (kvm, sim) => (sim.faults.add({ kind: "hang" }), [kvm.atx.getState(), kvm.atx.clickPower()])],
    [
      "typing and what waits for it",
      (kvm) => [kvm.hid.typeText("x".repeat(5000)), kvm.hid.typeText("y"), kvm.hid.press("KeyA")],
    ],
    [
      "a wait for the LED",
      (kvm, sim) => ((sim.host.settings.ignoresPowerButton = true), [kvm.power.ensureOn(), kvm.power.ensureOn()]),
    ],
    [
      "a retry while busy",
      (kvm, sim) => (sim.faults.add({ kind: "status", code: 409, body: BUSY }), [kvm.msd.reset({ busyRetry: 60 })]),
    ],
    ["a pause of a power cycle", (kvm, sim) => ((sim.host.power = true), [kvm.power.cycle({ offTime: 60 })])],
    ["a key that is held", (kvm) => [kvm.hid.press("KeyA", 60)]],
  ];
  for (const [title, start] of busy) {
    test(title, async (t) => {
      const sim = await startSimulator({ tls: false, passwd: "Pa55-Hunter2!", shutdownDelay: 10 });
      t.after(() => sim.close());
      const before = resources();
      const kvm = await new PiKVM({ address: sim.url, user: "admin", password: "Pa55-Hunter2!" }).open();
      const stream = kvm.events();
      await once(stream, "state");
      const work = Promise.allSettled(start(kvm, sim));
      await until(() => sim.requests.length > 1);
      await kvm.close();
      await work;
      await until(() => sim.connections === 0);
      // The device still types what it had been given.
      await until(() => sim.host.heldKeys.length === 0);
      await until(() => resources().length <= before.length, { what: "as few resources as before" });
    });
  }

  test("a connection in the making", async (t) => {
    const sockets: Socket[] = [];
    const address = await tcpServer(t, (socket) => sockets.push(socket.resume()));
    const kvm = await client(t, { address: `https://${address}`, connectTimeout: 60, timeout: 60 });
    const work = Promise.allSettled([kvm.atx.getState()]);
    const stream = kvm.events();
    await until(() => sockets.length === 2);
    await kvm.close();
    await work;
    await until(() => sockets.every(({ destroyed, readableEnded }) => destroyed || readableEnded), {
      what: "the sockets' end",
    });
    await stream.close();
  });

  test("the socket of a device that went silent, which ends without its consent", async (t) => {
    let ended = false;
    const address = await webSocketServer(t, (socket) => void socket.resume().on("end", () => (ended = true)));
    const kvm = await client(t, { address: `http://${address}` });
    await once(kvm.events(), "connection");
    let closed = false;
    void kvm.close().then(() => (closed = true));
    await until(() => ended && closed);
  });
});
