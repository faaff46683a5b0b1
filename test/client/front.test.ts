import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ConfigurationError, PiKVM, type PiKVMOptions } from "../../src/client";
import { connectProxy } from "./connect-proxy";
import { bench, bothWays, client, failure, httpServer, SIDE_BY_SIDE } from "./kit";

const SECRET = "Front-Door-8812";
const headers = { "CF-Access-Client-Id": "node-red.access", "CF-Access-Client-Secret": SECRET };

describe("a login in front of the device", SIDE_BY_SIDE, () => {
  for (const auth of ["headers", "basic", "session"] as const) {
    test(`its headers go with every request and with the WebSocket, beside ${auth}`, async (t) => {
      const { sim, kvm } = await bench(t, {}, { auth, headers });
      assert.deepEqual(await bothWays(kvm), ["connected", "connected"]);
      assert.ok(sim.requests.length >= 2);
      for (const request of sim.requests)
        assert.equal(request.headers["cf-access-client-secret"], SECRET, `${request.method} ${request.path}`);
    });
  }

  test("it may want HTTP Basic where the device does not", async (t) => {
    const { sim, kvm } = await bench(t, {}, { headers: { Authorization: `Basic ${SECRET}` } });
    await kvm.atx.getState();
    const [{ headers } = assert.fail()] = sim.requests;
    assert.equal(headers["authorization"], `Basic ${SECRET}`);
    assert.ok(headers["x-kvmd-user"]);
  });

  test("a proxy on the way sees nothing of them", async (t) => {
    const { sim } = await bench(t);
    const { target, asked } = await connectProxy(t, { login: "a:b" });
    const kvm = await client(t, { address: sim.url, proxy: `http://a:b@${target}`, headers });
    await kvm.atx.getState();
    assert.equal(JSON.stringify(asked).includes(SECRET), false);
    assert.equal(sim.requests[0]?.headers["cf-access-client-secret"], SECRET);
  });

  test("who quotes a value back does not bring it into a message", async (t) => {
    const url = await httpServer(t, (request, response) => {
      const error_msg = `bad ${String(request.headers["cf-access-client-secret"])}`;
      response.writeHead(400, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ ok: false, result: { error: "Odd", error_msg } }));
    });
    const kvm = await client(t, { address: `http://${url}`, headers });
    const error = await failure(kvm.atx.getState(), { name: "APIError", message: /^((?!Front-Door).)*$/ });
    assert.ok(error.message.includes("bad"));
  });

  const REFUSED: Record<string, Partial<PiKVMOptions>> = {
    "the client's own": { headers: { "X-KVMD-User": "root" } },
    "of the connection": { headers: { Connection: "close" } },
    "of the WebSocket": { headers: { "Sec-WebSocket-Key": "a" } },
    "a cookie": { headers: { Cookie: "a=b" } },
    "Authorization beside HTTP Basic": { auth: "basic", headers: { Authorization: "Bearer a" } },
    "a name with a blank": { headers: { "a b": "c" } },
    "a value with a line break": { headers: { "X-Front": "a\r\nX-Other: b" } },
    "no text": { headers: { "X-Front": 5 as unknown as string } },
  };
  for (const [what, options] of Object.entries(REFUSED)) {
    test(`refused: ${what}`, async () => {
      const open = () => new PiKVM({ address: "http://127.0.0.1:9", ...options }).open();
      await assert.rejects(
        open,
        (error: Error) => error instanceof ConfigurationError && !error.message.includes("X-Other"),
      );
    });
  }
});
