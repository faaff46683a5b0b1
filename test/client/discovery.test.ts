import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { describe, test, type TestContext } from "node:test";
import { findDevices } from "../../src/client";

// What answers is written here from RFC 1035 and from the file that kvmd's first start makes for Avahi.

const label = (text: string) => Buffer.concat([Buffer.of(Buffer.byteLength(text)), Buffer.from(text)]);
const name = (...labels: string[]) => Buffer.concat([...labels.map(label), Buffer.of(0)]);
const number = (value: number) => Buffer.of(value >> 8, value & 255);
const record = (of: Buffer, type: number, data: Buffer) =>
  Buffer.concat([of, number(type), number(0x8001), Buffer.of(0, 0, 0, 120), number(data.length), data]);
const message = (...records: Buffer[]) => Buffer.concat([number(0), number(0x8400), number(0), number(records.length), number(0), number(0), ...records]); // prettier-ignore

const SERVICE = ["_pikvm", "_tcp", "local"];
const device = (serial: string, host: string, last: number) => {
  const own = name(`pikvm-${serial}.local`, ...SERVICE);
  return {
    ptr: record(name(...SERVICE), 12, own),
    srv: record(own, 33, Buffer.concat([number(0), number(0), number(443), name(host, "local")])),
    txt: record(own, 16, Buffer.concat(["path=/", "model=v4plus", "platform=v4plus-hdmi-rpi4"].map(label))),
    a: record(name(host, "local"), 1, Buffer.of(192, 168, 1, last)),
  };
};
const FOUND = { name: "pikvm-00AA.local".toLowerCase(), host: "pikvm.local", address: "192.168.1.20", port: 443, platform: "v4plus-hdmi-rpi4" }; // prettier-ignore
const ONE = device("00AA", "pikvm", 20);

/** What a computer on loopback answers to each question. @returns what is found. */
async function found(t: TestContext, answers: (asked: Buffer, count: number) => Buffer[]) {
  const socket = createSocket("udp4");
  let count = 0;
  socket.on("message", (asked, { port, address }) => {
    for (const answer of answers(asked, count)) socket.send(answer, port, address);
    count += 1;
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  t.after(() => socket.close());
  return findDevices({ timeout: 1, group: { address: "127.0.0.1", port: socket.address().port } });
}
const has = (asked: Buffer, text: string) => asked.includes(text);

describe("devices that answer by mDNS", { concurrency: 6 }, () => {
  test("one that says all at once, in any order", async (t) => {
    assert.deepEqual(await found(t, () => [message(ONE.a, ONE.txt, ONE.srv, ONE.ptr)]), [FOUND]);
  });

  test("one that says each thing only when it is asked for it, with a dot in its name", async (t) => {
    const own = label("pikvm-00aa.local");
    const answers = (asked: Buffer) => {
      if (!asked.includes(own)) return [has(asked, "_pikvm") ? message(ONE.ptr) : message(ONE.a)];
      return [message(ONE.srv, ONE.txt)];
    };
    assert.deepEqual(await found(t, answers), [FOUND]);
  });

  test("of a thousand, two hundred", async (t) => {
    const some = (at: number) => device(String(at).padStart(4, "0"), `kvm${at}`, at % 200);
    const all = Array.from({ length: 1000 }, (_, at) => some(at)).map(({ ptr, srv, a }) => message(ptr, srv, a));
    assert.ok((await found(t, () => all)).length <= 200);
  });

  test("one whose first answer got lost; several, by name, and each once", async (t) => {
    const other = device("00BB", "attic", 21);
    const all = message(other.ptr, other.srv, other.txt, other.a, ONE.ptr, ONE.srv, ONE.txt, ONE.a);
    const devices = await found(t, (_, count) => (count === 0 ? [] : [all, all]));
    assert.deepEqual(devices.map(({ host }) => host), ["pikvm.local", "attic.local"]); // prettier-ignore
  });

  test("a name that ends elsewhere in the message", async (t) => {
    const pointer = (at: number) => Buffer.of(0xc0 | (at >> 8), at & 255);
    const ptr = record(name(...SERVICE), 12, Buffer.concat([label("kvm"), pointer(12)]));
    const own = pointer(12 + name(...SERVICE).length + 10);
    const srv = record(own, 33, Buffer.concat([number(0), number(0), number(8443), name("kvm", "lan")]));
    const [only] = await found(t, () => [message(ptr, srv, record(name("kvm", "lan"), 1, Buffer.of(10, 0, 0, 1)))]);
    assert.deepEqual(only, { name: "kvm", host: "kvm.lan", address: "10.0.0.1", port: 8443, platform: "" });
  });

  const NONSENSE: Record<string, Buffer> = {
    "an empty message": Buffer.alloc(0),
    "a question": Buffer.concat([number(0), number(0), number(1), number(0), number(0), number(0), name(...SERVICE), number(12), number(1)]), // prettier-ignore
    "a name in a circle": message(Buffer.concat([Buffer.of(0xc0, 12), Buffer.alloc(10)])),
    "a message that is cut off": message(ONE.ptr, ONE.srv).subarray(0, 70),
    "records that belong to nobody": message(ONE.srv, ONE.txt, ONE.a),
    noise: Buffer.from(Array.from({ length: 400 }, (_, index) => (index * 167 + 133) & 255)),
  };
  for (const [what, nonsense] of Object.entries(NONSENSE)) {
    test(`${what} is no device, and hides none`, async (t) => {
      assert.deepEqual(await found(t, () => [nonsense]), []);
      assert.deepEqual(await found(t, () => [nonsense, message(ONE.ptr, ONE.srv, ONE.txt, ONE.a)]), [FOUND]);
    });
  }

  test("it ends when its caller ends it, and refuses a time that is none", async () => {
    const group = { address: "127.0.0.1", port: 9 };
    await assert.rejects(findDevices({ group, signal: AbortSignal.abort() }), { name: "CancelledError" });
    await assert.rejects(findDevices({ group, timeout: 0 }), { name: "ConfigurationError" });
  });
});
