import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, test, type TestContext } from "node:test";
import { Commands } from "../../src/client/http/commands";
import { EventLink } from "../../src/client/events/link";
import { Lane } from "../../src/client/lanes/lane";
import { Msd } from "../../src/client/msd/msd";
import { readableOf } from "../../src/client/http/transfer";
import { Transport } from "../../src/client/http/transport";
import { Sockets } from "../../src/client/sockets/sockets";
import { Software } from "../../src/client/system/software";
import type { Simulator } from "../../src/simulator";
import { until } from "../harness/until";
import { bench, client, failure, httpServer, SECRETS, SIDE_BY_SIDE, type Bench } from "./kit";

/** The drive's calls with so many seconds of silence after which a transfer counts as dead. */
function impatient(t: TestContext, sim: Simulator, seconds: number): Msd {
  const transport = new Transport({ address: sim.url, user: "admin", password: SECRETS.password });
  t.after(() => transport.destroy());
  // Transfers get 30 s on top of it.
  Object.assign(transport, { timeout: seconds - 30 });
  const software = new Software(transport, new EventLink(new Sockets(transport)));
  return new Msd(new Commands(transport, new Lane("the USB drive", transport.closed)), software);
}

const SIZE = 300_000;
const IMAGE = Buffer.from(Array.from({ length: SIZE }, (_, index) => index % 251));

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "pikvm-"));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

/** What the device has under a name. */
async function stored({ kvm }: Bench, image: string): Promise<Buffer> {
  await until(async () => (await kvm.msd.getState()).storage?.images[image]?.complete);
  return buffer((await kvm.msd.download(image)).stream);
}

describe("upload", SIDE_BY_SIDE, () => {
  test("the SHA-256 is that of what was stored, also when it had to be sent again", async (t) => {
    const { sim, kvm } = await bench(t);
    const body = '{"ok": false, "result": {"error": "MsdIsBusyError", "error_msg": "busy"}}';
    sim.faults.add({ kind: "status", code: 409, body, path: "/api/msd/write", times: 1 });
    const read: number[] = [];
    const onProgress = (sent: number) => read.push(sent);
    const result = await kvm.msd.upload("a.img", IMAGE, { sha256: true, busyRetry: 5, onProgress });
    assert.ok(read.filter((sent) => sent === read[0]).length === 2, "it was read twice");
    assert.equal(result.sha256, createHash("sha256").update(IMAGE).digest("hex"));
  });

  test("bytes, a file, a stream of known size: with their length, in pieces, with progress", async (t) => {
    const both = await bench(t);
    const path = join(await folder(t), "image");
    await writeFile(path, IMAGE);
    for (const [name, source, size] of [
      ["bytes.img", IMAGE],
      ["file.img", path],
      ["stream.img", Readable.from([IMAGE.subarray(0, 7), IMAGE.subarray(7)]), SIZE],
    ] as const) {
      const seen: [number, number | undefined][] = [];
      const onProgress = (sent: number, total: number | undefined) => seen.push([sent, total]);
      const result = await both.kvm.msd.upload(name, source, { onProgress, ...(size === undefined ? {} : { size }) });
      assert.deepEqual(result, { name, size: SIZE, written: SIZE });
      assert.deepEqual(seen.at(-1), [SIZE, SIZE]);
      assert.ok(seen.length > 1);
      assert.ok((await stored(both, name)).equals(IMAGE));
    }
  });

  test("a stream of unknown size; an empty image; a name that the device changes", async (t) => {
    const both = await bench(t);
    const { kvm, sim } = both;
    const totals = new Set<number | undefined>();
    await kvm.msd.upload("a.img", Readable.from([IMAGE]), { onProgress: (_, total) => totals.add(total) });
    assert.deepEqual([...totals], [undefined]);
    assert.ok((await stored(both, "a.img")).equals(IMAGE));
    assert.deepEqual(await kvm.msd.upload("empty.img", Buffer.alloc(0)), { name: "empty.img", size: 0, written: 0 });
    assert.equal((await kvm.msd.upload("/b.img", IMAGE, { removeIncomplete: true })).name, "b.img");
    assert.deepEqual(sim.requests.at(-1)?.query, { image: "/b.img", remove_incomplete: "1" });
  });

  test("text of a stream counts in bytes", async (t) => {
    const { kvm } = await bench(t);
    assert.equal((await kvm.msd.upload("a.img", Readable.from(["ä", "b"]), { size: 3 })).written, 3);
  });

  test("the device's refusals, before and while it is sent", async (t) => {
    const { kvm } = await bench(t, { images: { "old.img": 10 } });
    const big = Buffer.alloc(20_000_000);
    for (const source of [IMAGE, big, Readable.from([big])])
      await failure(kvm.msd.upload("old.img", source), { name: "APIError", error: "MsdImageExistsError" });
    await failure(kvm.msd.upload("a.img", IMAGE, { prefix: "none" }), { name: "APIError", statusCode: 500 });
    await failure(kvm.msd.upload("..", IMAGE), { name: "APIError", error: "ValidatorError" });
  });

  test("a source that fails, or is not as long as it said", async (t) => {
    const { kvm } = await bench(t);
    const { msd } = kvm;
    await failure(msd.upload("a.img", Readable.from([IMAGE]), { size: SIZE + 1 }), {
      name: "PiKVMError",
      code: "SIZE",
    });
    await failure(msd.upload("b.img", Readable.from([IMAGE]), { size: SIZE - 1 }), {
      name: "PiKVMError",
      code: "SIZE",
    });
    async function* broken() {
      yield await Promise.resolve(IMAGE);
      throw Object.assign(new Error("disk on fire"), { code: "EIO" });
    }
    await failure(msd.upload("c.img", Readable.from(broken()), { size: 2 * SIZE }), { name: "PiKVMError", code: "EIO", message: /disk on fire/, cause: true }); // prettier-ignore
    await failure(msd.upload("d.img", Readable.from([{ no: "bytes" }])), { name: "PiKVMError", code: "SOURCE" });
    // Streams may end with anything, also with what is no error.
    async function* thrown(cause: unknown) {
      yield await Promise.resolve(IMAGE);
      throw cause;
    }
    for (const cause of [new Error("disk on fire"), "disk on fire"])
      await failure(msd.upload("e.img", Readable.from(thrown(cause)), { size: SIZE + 1 }), {
        name: "PiKVMError",
        code: "SOURCE",
        message: /after 300000 bytes.*: disk on fire$/,
      });
  });

  test("a file that is not there is refused before anything is sent", async (t) => {
    const { kvm, sim } = await bench(t);
    const path = await folder(t);
    await failure(kvm.msd.upload("a.img", join(path, "none")), { name: "ConfigurationError", cause: true });
    await failure(kvm.msd.upload("a.img", path), { name: "ConfigurationError", message: /not a file/ });
    await failure(kvm.msd.upload("a.img", IMAGE, { size: -1 }), { name: "ConfigurationError" });
    assert.equal(sim.requests.length, 0);
  });

  test("cancelling breaks it off, and its outcome is unknown; the source is ended", async (t) => {
    const { kvm, sim } = await bench(t);
    const abort = new AbortController();
    const source = new Readable({ read: () => undefined });
    source.push(IMAGE);
    const upload = failure(kvm.msd.upload("a.img", source, { size: 2 * SIZE, signal: abort.signal }), {
      name: "CancelledError",
      outcome: "unknown",
    });
    await until(() => sim.state.msd.busy);
    abort.abort();
    await upload;
    await until(() => !sim.state.msd.busy && source.destroyed);
  });

  test("a stream that fails while it waits for its turn is an error of its upload, and of nothing else", async (t) => {
    const { kvm, sim } = await bench(t);
    const first = new Readable({ read: () => undefined });
    first.push(IMAGE);
    const running = kvm.msd.upload("a.img", first, { size: 2 * SIZE });
    await until(() => sim.state.msd.busy);
    const second = new Readable({ read: () => undefined });
    const waiting = failure(kvm.msd.upload("b.img", second, { size: SIZE }), { name: "PiKVMError", code: "SOURCE" });
    second.destroy(new Error("the disk is gone"));
    first.push(IMAGE);
    first.push(null);
    await running;
    await waiting;
    assert.equal(second.destroyed, true);
  });

  test("takes as long as it makes progress, and not longer", async (t) => {
    const { sim } = await bench(t);
    const msd = impatient(t, sim, 3);
    sim.faults.add({ kind: "slow", bytesPerSecond: 7_500_000, path: /msd\/write/, times: 1 });
    const start = performance.now();
    await msd.upload("a.img", Buffer.alloc(30_000_000));
    assert.ok(performance.now() - start > 3500, "longer than the time limit of 3 s");
    sim.faults.add({ kind: "hang", path: /msd\/write/, times: 1 });
    await failure(msd.upload("b.img", IMAGE), { name: "ConnectionTimeoutError", outcome: "unknown" });
  });

  test("a stream that gives nothing more is to blame, not the device", async (t) => {
    const { sim } = await bench(t);
    const source = new Readable({ read: () => undefined });
    source.push(IMAGE);
    await failure(impatient(t, sim, 0.5).upload("a.img", source, { size: 2 * SIZE }), {
      name: "PiKVMError",
      code: "SOURCE",
      message: /gave nothing for 0\.5 s/,
    });
  });

  test("with a session that has ended, a stream is sent once all the same", async (t) => {
    const { kvm, sim } = await bench(t, {}, { auth: "session" });
    await kvm.atx.getState();
    await sim.restart();
    await kvm.msd.upload("a.img", Readable.from([IMAGE]), { size: SIZE });
    assert.equal(sim.requests.filter(({ path }) => path === "/api/msd/write").length, 1);
  });
});

describe("uploadRemote", SIDE_BY_SIDE, () => {
  test("the device fetches it, with progress", async (t) => {
    const both = await bench(t);
    const origin = await httpServer(t, (_, response) => {
      response.setHeader("Content-Length", SIZE).end(IMAGE);
    });
    const seen: number[] = [];
    const result = await both.kvm.msd.uploadRemote(`http://${origin}/boot.img`, {
      onProgress: (done) => seen.push(done),
    });
    assert.deepEqual(result, { name: "boot.img", size: SIZE, written: SIZE });
    assert.deepEqual([seen[0], seen.at(-1)], [0, SIZE]);
    assert.ok((await stored(both, "boot.img")).equals(IMAGE));
    await both.kvm.msd.uploadRemote(`http://${origin}/x`, { image: "y.img", insecure: true, connectTimeout: 0.5, removeIncomplete: true }); // prettier-ignore
    const { query } = both.sim.requests.findLast(({ path }) => path === "/api/msd/write_remote") ?? {};
    assert.deepEqual(query, { url: `http://${origin}/x`, image: "y.img", insecure: "1", timeout: "0.5", remove_incomplete: "1" }); // prettier-ignore
  });

  test("the origin's failures: before it starts, and in mid-stream", async (t) => {
    const { kvm } = await bench(t);
    const origin = await httpServer(t, (request, response) => {
      if (request.url === "/none") response.writeHead(404).end();
      else response.setHeader("Content-Length", SIZE).write(IMAGE.subarray(0, 1000), () => response.destroy());
    });
    await failure(kvm.msd.uploadRemote(`http://${origin}/none`), { name: "APIError", statusCode: 400, error: "ClientResponseError" }); // prettier-ignore
    await failure(kvm.msd.uploadRemote(`http://${origin}/cut`), { name: "APIError", statusCode: 0, error: "ClientPayloadError", outcome: undefined }); // prettier-ignore
    await failure(kvm.msd.uploadRemote("http://x", { connectTimeout: 0 }), { name: "ConfigurationError" });
  });

  test("a device that stops telling", async (t) => {
    const record = (written: number) => `{"ok": true, "result": {"image": {"name": "a", "size": 9, "written": ${written}}}}\r\n`; // prettier-ignore
    const ANSWERS: Record<string, string[]> = {
      ends: [record(0), record(4)],
      nothing: [],
      breaks: [record(0)],
      garbage: [record(0), "<html>\r\n"],
    };
    const address = await httpServer(t, (request, response) => {
      const image = new URL(request.url ?? "", "http://x").searchParams.get("image") ?? "";
      response.flushHeaders();
      for (const text of ANSWERS[image] ?? []) response.write(text);
      if (image === "breaks") setImmediate(() => response.destroy());
      else response.end();
    });
    const kvm = await client(t, { address: `http://${address}` });
    for (const image of Object.keys(ANSWERS)) {
      const code = image === "garbage" ? "BAD_RESPONSE" : "CUT_SHORT";
      await failure(kvm.msd.uploadRemote("http://x", { image }), { name: "ResponseError", code, outcome: "unknown" });
    }
  });
});

describe("download", SIDE_BY_SIDE, () => {
  const images = { "disk.img": IMAGE };

  test("a stream, plain or compressed, with its name, size and progress", async (t) => {
    const { kvm } = await bench(t, { images });
    const seen: [number, number | undefined][] = [];
    const plain = await kvm.msd.download("disk.img", { onProgress: (...progress) => seen.push(progress) });
    assert.deepEqual([plain.fileName, plain.size], ["disk.img", SIZE]);
    assert.ok((await buffer(plain.stream)).equals(IMAGE));
    assert.deepEqual(seen.at(-1), [SIZE, SIZE]);
    for (const [compress, suffix, magic] of [
      ["lzma", ".xz", "fd377a585a00"],
      ["zstd", ".zst", "28b52ffd"],
    ] as const) {
      const { fileName, size, stream } = await kvm.msd.download("disk.img", { compress });
      assert.deepEqual([fileName, size], [`disk.img${suffix}`, undefined]);
      assert.equal((await buffer(stream)).toString("hex", 0, magic.length / 2), magic);
    }
    await failure(kvm.msd.download("none.img"), { name: "APIError", error: "MsdUnknownImageError" });
  });

  test("a name that is wrongly encoded, or missing, keeps nobody from the bytes", async (t) => {
    const NAMES: Record<string, string> = { "a.img": "attachment; filename*=UTF-8''100%.img", "b.img": "attachment" };
    const address = await httpServer(t, (request, response) => {
      const image = new URL(request.url ?? "", "http://x").searchParams.get("image") ?? "";
      const disposition = NAMES[image];
      if (disposition !== undefined) response.setHeader("Content-Disposition", disposition);
      response.end(IMAGE);
    });
    const kvm = await client(t, { address: `http://${address}` });
    for (const [image, name] of [
      ["a.img", "100%.img"],
      ["b.img", ""],
      ["c.img", ""],
    ] as const) {
      const { fileName, stream } = await kvm.msd.download(image);
      assert.equal(fileName, name);
      assert.ok((await buffer(stream)).equals(IMAGE));
    }
  });

  test("the reader may take its time; the limit is for the device", async (t) => {
    const { sim } = await bench(t, { images: { "big.img": 50_000_000 } });
    const { stream } = await impatient(t, sim, 2).download("big.img");
    await once(stream, "readable");
    const start = performance.now();
    await until(() => performance.now() - start > 3000);
    assert.equal((await buffer(stream)).length, 50_000_000);
  });

  test("what has arrived together is read at once", async () => {
    const arrived = [["a", "b", "c"], ["d"]].map((pieces) => pieces.map((piece) => Buffer.from(piece)));
    let asked = 0;
    const stream = readableOf({
      pieces: () => Promise.resolve(arrived[asked++] ?? []),
      get isOver() {
        return asked === arrived.length;
      },
      discard: () => undefined,
    });
    assert.deepEqual([(await buffer(stream)).toString(), asked], ["abcd", 2]);
  });

  test("into a file, which is there only when it is complete", async (t) => {
    const { kvm, sim } = await bench(t, { images });
    const path = await folder(t);
    assert.equal(await kvm.msd.downloadToFile("disk.img", join(path, "disk")), SIZE);
    assert.ok((await readFile(join(path, "disk"))).equals(IMAGE));
    sim.faults.add({ kind: "cut", path: /msd\/read/, times: 1 });
    await failure(kvm.msd.downloadToFile("disk.img", join(path, "cut")), { name: "ResponseError", code: "CUT_SHORT" });
    assert.deepEqual(await readdir(path), ["disk"]);
    await failure(kvm.msd.downloadToFile("disk.img", join(path, "none", "disk")), {
      name: "PiKVMError",
      code: "ENOENT",
    });
    await mkdir(join(path, "folder"));
    await failure(kvm.msd.downloadToFile("disk.img", join(path, "folder")), { name: "PiKVMError", cause: true });
    assert.deepEqual((await readdir(path)).sort(), ["disk", "folder"]);
    await until(() => !sim.state.msd.busy);
  });

  test("what is given up ends on the device too: unread, half read, cancelled, closed", async (t) => {
    const { kvm, sim } = await bench(t, { images: { "big.img": 50_000_000 } });
    const idle = () => until(() => !sim.state.msd.busy);
    (await kvm.msd.download("big.img")).stream.destroy();
    await idle();
    for await (const piece of (await kvm.msd.download("big.img")).stream) {
      assert.ok(Buffer.isBuffer(piece));
      break;
    }
    await idle();
    const abort = new AbortController();
    const { stream } = await kvm.msd.download("big.img", { signal: abort.signal });
    abort.abort();
    await failure(buffer(stream), { name: "CancelledError" });
    await idle();
    const last = await kvm.msd.download("big.img");
    await once(last.stream, "readable");
    await kvm.close();
    await failure(buffer(last.stream), { name: "CancelledError", code: "CLOSED" });
    await idle();
  });
});

test("the time limit of a transfer is one timer, however many its pieces", async (t) => {
  const { kvm } = await bench(t, {}, { timeout: 41 });
  const timers = t.mock.method(globalThis, "setTimeout").mock;
  const limits = () => timers.calls.filter(({ arguments: [, delay] }) => delay === 71_000).length;
  const pieces: number[] = [];
  const bytes = Buffer.alloc(5_000_000);
  await kvm.msd.upload("a.img", bytes, { onProgress: (sent) => pieces.push(sent) });
  assert.ok(pieces.length > 70);
  assert.equal(limits(), 1);
  await until(async () => (await kvm.msd.getState()).storage?.images["a.img"]?.complete);
  const { stream } = await kvm.msd.download("a.img");
  assert.ok((await buffer(stream)).equals(bytes));
  assert.equal(limits(), 2);
});
