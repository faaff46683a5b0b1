import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bench, client, failure, httpServer } from "./kit";

describe("system.info", { concurrency: true }, () => {
  test("everything, in the new shape", async (t) => {
    const { sim, kvm } = await bench(t);
    const info = await kvm.system.info();
    assert.deepEqual(Object.keys(info).sort(), ["auth", "extras", "fan", "health", "meta", "node", "system", "uptime"]);
    assert.equal(info.system?.kvmd.version, "4.197");
    assert.deepEqual(sim.requests[0]?.query, { legacy: "0" });
  });

  test("the parts that are asked for", async (t) => {
    const { sim, kvm } = await bench(t);
    assert.deepEqual(Object.keys(await kvm.system.info(["system", "auth"])).sort(), ["auth", "system"]);
    assert.deepEqual(sim.requests[0]?.query, { legacy: "0", fields: "system,auth" });
  });

  test("a part that the device does not know is its error", async (t) => {
    const { kvm } = await bench(t);
    await failure(kvm.system.info(["bogus"]), { name: "APIError", error: "ValidatorError", message: /bogus/ });
  });

  test("an older device's shape, and fields of a newer one, are handed on", async (t) => {
    const result = { hw: { health: {}, platform: { type: "rpi" } }, novelty: 1 };
    const address = await httpServer(t, (_, response) => response.end(JSON.stringify({ ok: true, result })));
    const kvm = await client(t, { address: `http://${address}` });
    assert.deepEqual(await kvm.system.info(), result);
  });
});
