import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, test } from "node:test";
import { recordsOf } from "../../src/client/http/records";
import { until } from "../harness/until";
import { bench, client, failure, httpServer, SIDE_BY_SIDE } from "./kit";

describe("system.info", SIDE_BY_SIDE, () => {
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

describe("system, the rest", SIDE_BY_SIDE, () => {
  test("getInfo: the old shape on request, with hardware apart; getState: all of it", async (t) => {
    const { sim, kvm } = await bench(t);
    assert.ok("hw" in (await kvm.system.getInfo(["hw"], { legacy: true })));
    assert.deepEqual(Object.keys(await kvm.system.getState()), Object.keys(await kvm.system.info()));
    assert.deepEqual(sim.requests[0]?.query, { legacy: "1", fields: "hw" });
  });

  test("getLog: the text as the device has it", async (t) => {
    const { sim, kvm } = await bench(t);
    sim.state.log.write("first\nwith a second line", "kvmd-vnc");
    const text = await kvm.system.getLog({ seek: 60 });
    assert.match(text, /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d kvmd-vnc\.service\] --- first\nwith a second line\r$/m);
    assert.deepEqual(sim.requests[0]?.query, { seek: "60" });
  });

  test("streamLog: entries as they come, until it is left", async (t) => {
    const { sim, kvm } = await bench(t, {}, { timeout: 0.5 });
    sim.state.log.write("ünö\nduo", "kvmd-vnc");
    const seen: string[] = [];
    for await (const { time, unit, message } of kvm.system.streamLog({ seek: 60 })) {
      assert.match(time, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
      if (unit !== "kvmd-vnc.service") continue;
      seen.push(message);
      if (seen.length === 1) sim.state.log.write("trio", "kvmd-vnc");
      else break;
    }
    assert.deepEqual(seen, ["ünö\nduo", "trio"]);
    await until(() => sim.connections === 0);
  });

  test("streamLog: cancelled, closed, cut off", async (t) => {
    const { sim, kvm } = await bench(t);
    const follow = async (signal?: AbortSignal) => {
      for await (const { message } of kvm.system.streamLog({ signal })) if (message !== "") stop.abort();
    };
    const stop = new AbortController();
    await failure(follow(stop.signal), { name: "CancelledError" });
    const cut = follow();
    await until(() => sim.requests.length === 2);
    await sim.unplug();
    await failure(cut, { name: "ResponseError", code: "CUT_SHORT", retryable: true });
    await sim.plugIn();
    const closed = failure(follow(), { name: "CancelledError", code: "CLOSED" });
    await until(() => sim.requests.length === 3);
    await kvm.close();
    await closed;
  });

  test("the log's refusals", async (t) => {
    const { sim, kvm } = await bench(t);
    sim.state.log.enabled = false;
    const expected = { name: "APIError", error: "LogReaderDisabledError" };
    await failure(kvm.system.getLog(), expected);
    await failure(kvm.system.streamLog().next(), expected);
    for (const seek of [-1, 1.5]) await failure(kvm.system.getLog({ seek }), { name: "ConfigurationError" });
  });

  test("streamLog: what is no entry comes whole, as a message", async (t) => {
    const address = await httpServer(t, (_, response) => response.end("-- Reboot --\r\n"));
    const kvm = await client(t, { address: `http://${address}` });
    assert.deepEqual(await all(kvm.system.streamLog()), [{ time: "", unit: "", message: "-- Reboot --" }]);
  });

  test("records are cut at their ends, however they arrive", async () => {
    const bytes = Buffer.from("[a] --- ä\r\nb\nc\r\n\r\n€");
    const pieces = Readable.from(Array.from(bytes, (byte) => Buffer.of(byte)));
    assert.deepEqual(await all(recordsOf(pieces)), ["[a] --- ä", "b\nc", "€"]);
    const endless = Readable.from(Array.from({ length: 20 }, () => Buffer.alloc(65_536, "x")));
    await failure(all(recordsOf(endless)), { name: "ResponseError", code: "TOO_LONG" });
  });
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
