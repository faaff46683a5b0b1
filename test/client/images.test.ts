import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, test, type TestContext } from "node:test";
import type { Simulator } from "../../src/simulator";
import { until } from "../harness/until";
import { bench, client, failure, httpServer, posts, SECRETS, SIDE_BY_SIDE } from "./kit";

const OLD = Buffer.from("what was there before");
const SIZE = 300_000;
const IMAGE = Buffer.from(Array.from({ length: SIZE }, (_, index) => index % 251));
const SHA256 = createHash("sha256").update(IMAGE).digest("hex");

const disk = (t: TestContext) => bench(t, { images: { "old.img": OLD, "os/arch.iso": 2000 } });

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "pikvm-"));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

const files = (sim: Simulator) => [...sim.state.msd.storage.files.keys()].sort();
const BEFORE = ["old.img", "os/arch.iso"];

async function contentOf(sim: Simulator, name: string): Promise<Buffer> {
  return buffer(Readable.from(sim.state.msd.storage.files.get(name)?.chunks() ?? []));
}

/** A web server with an image for the device. */
const origin = (t: TestContext) =>
  httpServer(t, (request, response) => {
    response.setHeader("Content-Length", SIZE);
    if (request.url?.endsWith("cut.img")) response.write(IMAGE.subarray(0, 1000), () => response.destroy());
    else if (request.url?.endsWith("hang.img")) response.write(IMAGE.subarray(0, 1000));
    else response.end(IMAGE);
  });

/** A web server that names its images by a header; `/moved` leads to another path. */
const namingServer = (t: TestContext, disposition: string) =>
  httpServer(t, (request, response) => {
    if (request.url === "/moved") {
      response.writeHead(302, { Location: "/somewhere/b.iso?c=d" }).end();
      return;
    }
    if (disposition !== "") response.setHeader("Content-Disposition", disposition);
    response.setHeader("Content-Length", SIZE);
    response.end(IMAGE);
  });

describe("images", SIDE_BY_SIDE, () => {
  describe("images: uploading", SIDE_BY_SIDE, () => {
    test("bytes, a file and a stream, each with its SHA-256, and ready to be mounted", async (t) => {
      const { sim, kvm } = await disk(t);
      const path = join(await folder(t), "file.img");
      await writeFile(path, IMAGE);
      for (const [name, source, options] of [
        ["bytes.img", IMAGE, { name: "bytes.img" }],
        ["file.img", path, {}],
        ["os/stream.img", Readable.from([IMAGE]), { name: "/os//stream.img", size: SIZE }],
      ] as const) {
        const stored = await kvm.images.upload(source, { ...options, sha256: true });
        assert.deepEqual(stored, { name, size: SIZE, written: SIZE, sha256: SHA256 });
        assert.ok((await contentOf(sim, name)).equals(IMAGE));
        // The device's own call does not wait for the listing.
        await kvm.msd.setParams({ image: name });
      }
    });

    test("a name is written as the device would write it", async (t) => {
      const { kvm } = await disk(t);
      const { name } = await kvm.images.upload(IMAGE, { name: " os//a\u0001 b\u00a0é.img " });
      assert.equal(name, "os/a_ b_é.img");
      assert.equal((await kvm.images.list()).find((image) => image.name === name)?.size, SIZE);
    });

    const refused: [string, RegExp][] = [
      ["", /give the image one/],
      [" ", /No image is named/],
      ["/", /No image is named/],
      ["../a", /begin with a dot/],
      [".hidden", /begin with a dot/],
      ["os/ /a", /blank/],
      ["lost+found", /lost\+found/],
      ["a\0b", /NUL/],
      ["é".repeat(200), /255 bytes/],
      ["x".repeat(256), /255 bytes/],
      ["x".repeat(600), /255 bytes/],
      [`${"x".repeat(256)}/a.iso`, /255 bytes/],
      ["x/".repeat(2100), /4096/],
      // The device would end in a plain 500: it has no room for the mark of an incomplete image.
      ["y".repeat(242), /241 bytes/],
      ["ü".repeat(121), /241 bytes/],
      [`os/${"y".repeat(255)}`, /241 bytes/],
    ];
    for (const [name, message] of refused) {
      test(`the name ${JSON.stringify(name).slice(0, 20)} is refused without a request`, async (t) => {
        const { sim, kvm } = await disk(t);
        const url = "http://127.0.0.1:9/a.iso";
        const [, prefix = "", image = ""] = /^(.*)\/([^/]*)$/s.exec(name) ?? ["", "", name];
        const calls: Promise<unknown>[] = [kvm.images.upload(IMAGE, { name })];
        // Without a name the device chooses.
        if (name !== "") calls.push(kvm.images.fetch(url, { name }));
        // The device's own calls leave to the device what it refuses with a reason.
        if (/bytes|4096/.test(message.source)) {
          calls.push(kvm.msd.upload(image, IMAGE, { prefix }), kvm.msd.uploadRemote(url, { image, prefix }));
          if (prefix.length > 255) calls.push(kvm.msd.uploadRemote(url, { prefix }));
        }
        for (const call of calls)
          await failure(call, { name: "ConfigurationError", ...(name === "" ? {} : { message }) });
        assert.equal(sim.requests.length, 0);
      });
    }

    test("the longest name that the device can store is stored, and longer ones that are there are used", async (t) => {
      const long = "x".repeat(255);
      const { kvm } = await bench(t, { images: { [long]: OLD } });
      const name = "y".repeat(241);
      assert.equal((await kvm.images.upload(IMAGE, { name })).name, name);
      await kvm.drive.mount(long);
      await kvm.images.remove(long, { eject: true });
    });

    test("a file that cannot be read, and a folder, are refused without a request", async (t) => {
      const { sim, kvm } = await disk(t);
      const path = await folder(t);
      const none = join(path, "none.img");
      await failure(kvm.images.upload(none), {
        name: "ConfigurationError",
        message: /none\.img".*ENOENT/,
        cause: true,
      });
      await failure(kvm.images.upload(path), { name: "ConfigurationError", message: /is not a file/ });
      assert.equal(sim.requests.length, 0);
    });

    test("more than the free space is refused before anything is sent", async (t) => {
      const { sim, kvm } = await disk(t);
      sim.state.msd.storage.capacity = 20_100_000;
      sim.state.msd.storage.refresh();
      await failure(kvm.images.upload(IMAGE, { name: "a.img", replace: true }), {
        name: "ConfigurationError",
        code: "NO_SPACE",
        message: /"a\.img" has 0\.3 MB, but .* 0\.2 MB free/,
      });
      assert.deepEqual(posts(sim), []);
      await kvm.images.upload(IMAGE.subarray(0, 1000), { name: "a.img" });
    });

    test("an image that is there is not touched, unless it is to be replaced", async (t) => {
      const { sim, kvm } = await disk(t);
      const upload = (replace: boolean) => kvm.images.upload(IMAGE, { name: "old.img", replace });
      await failure(upload(false), {
        name: "ConfigurationError",
        code: "EXISTS",
        message: /"old\.img" already: replace/,
      });
      assert.deepEqual(posts(sim), []);
      await upload(true);
      assert.ok((await contentOf(sim, "old.img")).equals(IMAGE));
    });

    test("what cannot be sent replaces nothing; what then fails says what it has cost", async (t) => {
      const { sim, kvm } = await disk(t);
      const over = Readable.from([IMAGE]);
      over.destroy();
      const upload = (source: Readable, size = SIZE) =>
        kvm.images.upload(source, { name: "old.img", replace: true, size });
      await failure(upload(over), { name: "ConfigurationError", message: /over already/ });
      for (const size of [-5, 1.5]) await failure(upload(Readable.from([IMAGE]), size), { name: "ConfigurationError" });
      assert.deepEqual(posts(sim), []);
      assert.ok((await contentOf(sim, "old.img")).equals(OLD));
      await failure(upload(Readable.from([OLD])), { name: "PiKVMError", message: /"old\.img" of before was removed/ });
    });

    test("what is mounted is not replaced", async (t) => {
      const { sim, kvm } = await disk(t);
      await kvm.drive.mount("old.img", { kind: "flash" });
      const before = posts(sim).length;
      const upload = (name: string) => kvm.images.upload(IMAGE, { name, replace: true });
      await failure(upload("old.img"), { name: "ConfigurationError", message: /mounted and cannot be replaced/ });
      assert.equal(posts(sim).length, before);
      await failure(upload("os/arch.iso"), { name: "APIError", error: "MsdConnectedError", message: /eject it first/ });
      assert.deepEqual(files(sim), BEFORE);
    });

    test("a device that refuses a stream of unknown size is told of with what to do", async (t) => {
      const { sim, kvm } = await disk(t);
      // As newer devices answer, whose nginx hands the stream on without a length.
      const result = { error: "ValidatorError", error_msg: "None argument is not a valid int" };
      const body = JSON.stringify({ ok: false, result });
      sim.faults.add({ kind: "status", code: 400, body, path: /msd\/write/ });
      const upload = kvm.images.upload(Readable.from([IMAGE]), { name: "a.img" });
      await failure(upload, { name: "APIError", error: "ValidatorError", message: /size of a stream/ });
    });

    test("an incomplete one in the way is named as such", async (t) => {
      const { sim, kvm } = await disk(t);
      sim.state.msd.storage.add("half.img", 10, { complete: false });
      const upload = (replace: boolean) => kvm.images.upload(IMAGE, { name: "half.img", replace });
      await failure(upload(false), {
        name: "ConfigurationError",
        code: "EXISTS",
        message: /an incomplete "half\.img"/,
      });
      await upload(true);
    });

    test("a transfer of somebody else is waited for as long as asked", async (t) => {
      const { sim, kvm } = await disk(t);
      sim.state.msd.busy = true;
      await failure(kvm.images.upload(IMAGE, { name: "a.img" }), { name: "BusyError", error: "MsdIsBusyError" });
      const upload = kvm.images.upload(Readable.from([IMAGE]), { name: "a.img", size: SIZE, busyRetry: 20 });
      const looks = sim.requests.length;
      await until(() => sim.requests.length > looks);
      sim.state.msd.busy = false;
      assert.equal((await upload).size, SIZE);
    });

    test("is read no faster than the device takes it", async (t) => {
      const { sim, kvm } = await disk(t);
      let read = 0;
      function* pieces() {
        for (; read < 50_000_000; read += 1_000_000) yield Buffer.alloc(1_000_000);
      }
      const slow = sim.faults.add({ kind: "slow", bytesPerSecond: 10, path: /msd\/write/ });
      const abort = new AbortController();
      const { signal } = abort;
      const upload = failure(
        kvm.images.upload(Readable.from(pieces(), { highWaterMark: 1 }), { name: "a.img", size: 50_000_000, signal }),
        { name: "CancelledError" },
      );
      await until(() => sim.state.msd.transfer !== null || slow.hits > 0);
      let last = -1;
      await until(() => last === (last = read) && read > 0);
      assert.ok(read < 20_000_000, `${read} bytes were read`);
      abort.abort();
      await upload;
    });
  });

  describe("images: what fails halfway leaves nothing", SIDE_BY_SIDE, () => {
    /** An upload that has sent all but its last byte, and waits. */
    function waiting(): { source: Readable; size: number } {
      const source = new Readable({ read: () => undefined });
      source.push(IMAGE);
      return { source, size: SIZE + 1 };
    }

    for (const listed of [false, true]) {
      test(`cancelled ${listed ? "after" : "before"} the device lists it`, async (t) => {
        const { sim, kvm } = await disk(t);
        const abort = new AbortController();
        const { source, size } = waiting();
        const options = { name: "new.img", size, signal: abort.signal };
        const message = /What had arrived was removed/;
        const upload = failure(kvm.images.upload(source, options), {
          name: "CancelledError",
          outcome: undefined,
          message,
        });
        await until(() => sim.state.msd.storage.files.has("new.img"));
        if (listed) await until(() => sim.state.msd.storage.isListed("new.img"));
        abort.abort();
        await upload;
        assert.deepEqual(files(sim), BEFORE);
        assert.equal(source.destroyed, true);
      });
    }

    test("a source that breaks", async (t) => {
      const { sim, kvm } = await disk(t);
      const { source, size } = waiting();
      const upload = failure(kvm.images.upload(source, { name: "new.img", size }), { name: "PiKVMError", code: "EIO" });
      await until(() => sim.state.msd.storage.files.has("new.img"));
      source.destroy(Object.assign(new Error("disk on fire"), { code: "EIO" }));
      await upload;
      assert.deepEqual(files(sim), BEFORE);
    });

    test("whoever is told of the progress throws", async (t) => {
      const { sim, kvm } = await disk(t);
      const onProgress = () => {
        throw new RangeError("mine");
      };
      const { source, size } = waiting();
      await assert.rejects(kvm.images.upload(source, { name: "new.img", size, onProgress }));
      assert.deepEqual(files(sim), BEFORE);
    });

    test("the name is free again at once", async (t) => {
      const { kvm } = await disk(t);
      const broken = Readable.from([IMAGE]);
      await failure(kvm.images.upload(broken, { name: "new.img", size: 2 * SIZE }), {
        name: "PiKVMError",
        code: "SIZE",
      });
      assert.equal((await kvm.images.upload(IMAGE, { name: "new.img" })).size, SIZE);
    });

    test("a stream that had failed before it was read, and one of another size", async (t) => {
      const { sim, kvm } = await disk(t);
      const broken = new Readable();
      broken.once("error", () => undefined).destroy(new Error("disk on fire"));
      await failure(kvm.images.upload(broken, { name: "new.img", size: 10 }), {
        name: "PiKVMError",
        message: /on fire/,
      });
      const short = Readable.from([IMAGE]);
      await failure(kvm.images.upload(short, { name: "new.img", size: SIZE + 1 }), {
        name: "PiKVMError",
        code: "SIZE",
      });
      assert.deepEqual(files(sim), BEFORE);
    });

    /** What ends in the middle, and whose part is removed: it is known then what has become of it. */
    const KNOWN: [
      what: string,
      when: "at once" | "listed",
      address: (t: TestContext) => Promise<string> | undefined,
    ][] = [
      ["an upload", "at once", () => undefined],
      ["an upload", "listed", () => undefined],
      ["a download by the device", "at once", (t) => origin(t)],
    ];
    for (const [what, when, address] of KNOWN)
      test(`${what} into a storage that becomes full, ${when}`, async (t) => {
        const { sim, kvm } = await disk(t);
        const { storage } = sim.state.msd;
        // The device tells of more free space than it has.
        storage.capacity = 20_100_000;
        const from = await address(t);
        const { source, size } = waiting();
        const full =
          from !== undefined
            ? kvm.images.fetch(`http://${from}/new.img`)
            : kvm.images.upload(when === "listed" ? source : IMAGE, { name: "new.img", size });
        if (when === "listed") {
          storage.capacity = 9_000_000_000;
          void until(() => storage.isListed("new.img")).then(() => {
            storage.capacity = 20_100_000;
            source.push(Buffer.alloc(1));
          });
        }
        const { message } = await failure(full, {
          name: "APIError",
          outcome: undefined,
          ...(from === undefined ? { statusCode: 500 } : { statusCode: 0, error: "OSError" }),
        });
        assert.match(
          message,
          /(storage full|No space left).*(What had arrived was removed|Nothing of "new\.img" is left)/,
        );
        assert.deepEqual(files(sim), BEFORE);
      });

    test("into a folder that is not there", async (t) => {
      const { kvm } = await disk(t);
      const expected = { name: "APIError", statusCode: 500, outcome: undefined, message: /Nothing of .* is left/ };
      await failure(kvm.images.upload(IMAGE, { name: "none/new.img" }), expected);
    });

    test("a connection that breaks", async (t) => {
      const { sim, kvm } = await disk(t);
      const { source, size } = waiting();
      const upload = failure(kvm.images.upload(source, { name: "new.img", size }), {
        name: "ConnectError",
        outcome: undefined,
      });
      await until(() => sim.state.msd.storage.files.has("new.img"));
      await sim.unplug();
      await sim.plugIn();
      await upload;
      assert.deepEqual(files(sim), BEFORE);
    });

    test("an answer that is lost when the image is complete: that is not taken back, and told", async (t) => {
      const { sim, kvm } = await disk(t);
      sim.faults.add({ kind: "cut", path: /msd\/write/, times: 1 });
      const message = /"new\.img" is complete on the device/;
      await failure(kvm.images.upload(IMAGE, { name: "new.img" }), {
        name: "ResponseError",
        outcome: "unknown",
        message,
      });
      assert.ok(files(sim).includes("new.img"));
    });

    test("what cannot be removed again is told", async (t) => {
      const { sim, kvm } = await disk(t);
      const { source, size } = waiting();
      const body = JSON.stringify({ ok: false, result: { error: "MsdImageStaticError", error_msg: "cannot" } });
      sim.faults.add({ kind: "status", code: 400, body, path: "/api/msd/remove" });
      const upload = failure(kvm.images.upload(source, { name: "new.img", size }), {
        name: "PiKVMError",
        message: /disk on fire \(The incomplete "new\.img" could not be removed: .*cannot/,
      });
      await until(() => sim.state.msd.storage.files.has("new.img"));
      source.destroy(new Error("disk on fire"));
      await upload;
    });

    test("nothing is removed when the device refuses the upload", async (t) => {
      const { sim, kvm } = await disk(t);
      const { storage } = sim.state.msd;
      const late = sim.faults.add({ kind: "delay", ms: 200, path: "/api/msd/write" });
      const upload = kvm.images.upload(IMAGE, { name: "theirs.img" });
      // Somebody else begins to store it after the listing was looked at.
      await until(() => late.hits === 1);
      storage.create("theirs.img", 10);
      await failure(upload, { name: "APIError", error: "MsdImageExistsError" });
      assert.ok(storage.files.has("theirs.img"));
      assert.ok(!posts(sim).includes("/api/msd/remove"));
    });
  });

  describe("images: downloaded by the device", SIDE_BY_SIDE, () => {
    /** The path, the header of the web server, and what the device calls it. */
    const CHOSEN: [path: string, disposition: string, name: string][] = [
      ["images/6a1f-77?type=full-iso", 'attachment; filename="discovery-4.9.iso"', "discovery-4.9.iso"],
      ["files/tool.iso/download", "attachment; filename=tool.iso", "tool.iso"],
      ["files/tool.iso/download", "", "download"],
      ["files/it%27s%20%22new%22.iso", "", `it's "new".iso`],
      ["moved", "", "b.iso"],
      ["a", 'attachment; filename="os/a.iso"', "a"],
      ["a.iso", "attachment; filename*=UTF-8''b.iso", "a.iso"],
    ];
    for (const [path, disposition, name] of CHOSEN)
      test(`${path} (${disposition}) is ${name}: so it is stored, is there already, and is replaced`, async (t) => {
        const others = ["download", "6a1f-77", "tool.iso", "moved", "a.iso"].filter((other) => other !== name);
        const { sim, kvm } = await bench(t, { images: Object.fromEntries(others.map((other) => [other, OLD])) });
        const address = await namingServer(t, disposition);
        const url = `http://${address}/${path}`;
        assert.equal((await kvm.images.fetch(url)).name, name);
        const { length } = posts(sim);
        const there = { name: "ConfigurationError", code: "EXISTS", message: /give it a name/ };
        await failure(kvm.images.fetch(url), there);
        assert.equal(posts(sim).length, length + 1);
        sim.state.msd.storage.add(name, OLD);
        assert.equal((await kvm.images.fetch(url, { replace: true })).name, name);
        assert.ok((await contentOf(sim, name)).equals(IMAGE));
        for (const other of others) assert.ok((await contentOf(sim, other)).equals(OLD), other);
      });

    test("which one is to be replaced is never guessed: a log without the line, of another one, or none", async (t) => {
      const { sim, kvm } = await bench(t, { images: { download: OLD, "tool.iso": OLD } });
      const url = `http://${await namingServer(t, "attachment; filename=tool.iso")}/tool/download`;
      const message = /Nothing was removed: give it a name/;
      const { log } = sim.state;
      const told = log.info.bind(log);
      for (const spoil of [
        () => (log.info = () => undefined),
        () => (log.info = (logger) => told(logger, `Downloading image '${url}' as 'download' to MSD ...`)),
        () => (log.enabled = false),
      ]) {
        spoil();
        await failure(kvm.images.fetch(url, { replace: true }), {
          name: "ConfigurationError",
          code: "EXISTS",
          message,
        });
        for (const name of ["download", "tool.iso"]) assert.ok((await contentOf(sim, name)).equals(OLD), name);
      }
      assert.ok(!posts(sim).includes("/api/msd/remove"));
    });

    test("what is in the way and no image, is the device's error", async (t) => {
      const { sim, kvm } = await disk(t);
      const url = `http://${await namingServer(t, "")}/os`;
      await failure(kvm.images.fetch(url, { replace: true }), { name: "APIError", error: "MsdImageExistsError" });
      assert.deepEqual(files(sim), BEFORE);
    });

    test("an address that the device tells back is as it was given", async (t) => {
      const { kvm } = await disk(t);
      const none = await httpServer(t, (_, response) => void response.writeHead(404).end());
      const error = await failure(kvm.images.fetch(`http://${none}/a.iso`, { replace: true }), { name: "APIError" });
      assert.match(error.message, /a\.iso'/);
    });

    test("under the URL's own name or another, with progress", async (t) => {
      const { sim, kvm } = await disk(t);
      const address = await origin(t);
      const seen: (number | undefined)[] = [];
      const onProgress = (...progress: (number | undefined)[]) => seen.push(...progress);
      assert.equal((await kvm.images.fetch(`http://${address}/iso/debian%2013.iso?x=1`, { onProgress })).name, "debian 13.iso"); // prettier-ignore
      assert.deepEqual(seen.slice(-2), [SIZE, SIZE]);
      await kvm.images.fetch(`http://${address}/c.iso`, { name: "os/b.iso" });
      assert.ok((await contentOf(sim, "os/b.iso")).equals(IMAGE));
    });

    test("in mid-stream it breaks: the device's error, and nothing is left", async (t) => {
      const { sim, kvm } = await disk(t);
      const address = await origin(t);
      const expected = { name: "APIError", statusCode: 0, error: "ClientPayloadError", message: /was removed/ };
      await failure(kvm.images.fetch(`http://${address}/cut.img`), expected);
      assert.deepEqual(files(sim), BEFORE);
    });

    test("one that is there stays, unless it is to be replaced", async (t) => {
      const { sim, kvm } = await disk(t);
      const url = `http://${await origin(t)}/old.img`;
      const named = kvm.images.fetch(url, { name: "old.img" });
      await failure(named, { name: "ConfigurationError", code: "EXISTS", message: /"old\.img" already/ });
      assert.deepEqual(posts(sim), []);
      await failure(kvm.images.fetch(url), { name: "ConfigurationError", code: "EXISTS" });
      assert.ok((await contentOf(sim, "old.img")).equals(OLD));
      await kvm.images.fetch(url, { replace: true });
      assert.ok((await contentOf(sim, "old.img")).equals(IMAGE));
    });

    test("what the web server does not have replaces nothing; what then breaks says what it has cost", async (t) => {
      const { sim, kvm } = await disk(t);
      const none = await httpServer(t, (_, response) => void response.writeHead(404).end());
      const expected = { name: "APIError", error: "ClientResponseError" };
      await failure(kvm.images.fetch(`http://${none}/old.img`, { replace: true }), expected);
      assert.ok((await contentOf(sim, "old.img")).equals(OLD));
      const cut = `http://${await origin(t)}/cut.img`;
      const message = /"old\.img" of before was removed/;
      await failure(kvm.images.fetch(cut, { name: "old.img", replace: true }), { name: "APIError", message });
    });

    /** What the origin sends, whether the device goes on alone, and what the error says. */
    const CANCELLED: [path: string, alone: boolean, says: RegExp, isKnown: boolean][] = [
      ["slow.img", false, /What had arrived was removed|Nothing of "slow\.img" is left/, true],
      ["slow.img", true, /The device goes on with "slow\.img"/, false],
      ["hang.img", false, /The device goes on with "hang\.img"/, false],
      ["never.img", false, /had not told yet how it calls the image/, false],
    ];
    for (const [path, alone, message, isKnown] of CANCELLED)
      test(`cancelled, ${path} ${alone ? "where the device goes on" : ""}: ${String(message)}`, async (t) => {
        const { sim, kvm } = await disk(t);
        sim.state.msd.fetchesAlone = alone;
        let asked = false;
        const address = await httpServer(t, (request, response) => {
          asked = true;
          if (request.url === "/never.img") return;
          response.setHeader("Content-Length", 1e9);
          response.write(IMAGE.subarray(0, 1000));
          if (request.url === "/hang.img") return;
          const timer = setInterval(() => response.write(Buffer.alloc(10)), 10);
          response.once("close", () => clearInterval(timer));
        });
        const abort = new AbortController();
        let begun = false;
        const options = { signal: abort.signal, onProgress: () => (begun = true) };
        const fetching = failure(kvm.images.fetch(`http://${address}/${path}`, options), {
          name: "CancelledError",
          outcome: isKnown ? undefined : "unknown",
          message,
        });
        await until(() => (path === "never.img" ? asked : begun));
        abort.abort();
        await fetching;
        if (isKnown) assert.deepEqual(files(sim), BEFORE);
      });

    test("a password in the URL does not come back in the error", async (t) => {
      const { kvm } = await disk(t);
      const address = await httpServer(t, (_, response) => void response.writeHead(404).end());
      const url = `http://me:${encodeURIComponent(SECRETS.password)}@${address}/none.img`;
      const { message } = await failure(kvm.images.fetch(url), {
        name: "APIError",
        error: "ClientResponseError",
        statusCode: 400,
      });
      assert.match(message, /404.*me:\*\*\*@/);
    });

    for (const url of ["ftp://x/a.img", "a.img", "http://"]) {
      test(`${url} is refused without a request`, async (t) => {
        const { sim, kvm } = await disk(t);
        await failure(kvm.images.fetch(url), { name: "ConfigurationError" });
        assert.equal(sim.requests.length, 0);
      });
    }
  });

  describe("images: downloading", SIDE_BY_SIDE, () => {
    test("as a stream, and into a file that is not written over without being told", async (t) => {
      const { kvm } = await disk(t);
      const { stream, size } = await kvm.images.download("old.img");
      assert.equal(size, OLD.length);
      assert.ok((await buffer(stream)).equals(OLD));
      const path = await folder(t);
      const file = join(path, "a.img");
      assert.equal(await kvm.images.downloadToFile("old.img", file), OLD.length);
      await writeFile(file, "mine");
      await failure(kvm.images.downloadToFile("old.img", file), { name: "ConfigurationError", code: "EXISTS" });
      assert.equal(await readFile(file, "utf8"), "mine");
      await kvm.images.downloadToFile("old.img", file, { replace: true });
      assert.ok((await readFile(file)).equals(OLD));
      const intoFolder = kvm.images.downloadToFile("old.img", path, { replace: true });
      await failure(intoFolder, { name: "ConfigurationError", message: /is a folder: add the name of the file/ });
      assert.deepEqual(await readdir(path), ["a.img"]);
    });

    test("a download that breaks leaves no file, and what was there", async (t) => {
      const { sim, kvm } = await disk(t);
      const path = await folder(t);
      await writeFile(join(path, "a.img"), "mine");
      sim.faults.add({ kind: "cut", path: /msd\/read/, times: 1 });
      const expected = { name: "ResponseError", code: "CUT_SHORT" };
      await failure(kvm.images.downloadToFile("old.img", join(path, "a.img"), { replace: true }), expected);
      assert.deepEqual(await readdir(path), ["a.img"]);
      assert.equal(await readFile(join(path, "a.img"), "utf8"), "mine");
    });

    test("what is not there, incomplete, or not to be had now is told", async (t) => {
      const { sim, kvm } = await disk(t);
      sim.state.msd.storage.add("half.img", 10, { complete: false });
      await failure(kvm.images.download("half.img"), { name: "ConfigurationError", message: /incomplete/ });
      await failure(kvm.images.download("none.img"), {
        name: "ConfigurationError",
        message: /There are: old\.img, os/,
      });
      await kvm.drive.mount("os/arch.iso");
      await failure(kvm.images.download("old.img"), { name: "APIError", error: "MsdConnectedError", message: /eject/ });
    });
  });

  describe("images: removing", SIDE_BY_SIDE, () => {
    test("is over when the listing shows it; one that is not there is left alone", async (t) => {
      const { sim, kvm } = await disk(t);
      const { changed, state } = await kvm.images.remove("old.img");
      assert.deepEqual([changed, Object.keys(state.storage?.images ?? {})], [true, ["os/arch.iso"]]);
      assert.equal((await kvm.images.remove("old.img")).changed, false);
      assert.deepEqual(posts(sim), ["/api/msd/remove"]);
    });

    test("what is mounted is ejected only if told", async (t) => {
      const { sim, kvm } = await disk(t);
      await kvm.drive.mount("os/arch.iso");
      await failure(kvm.images.remove("os/arch.iso"), { name: "ConfigurationError", message: /is mounted: eject/ });
      await failure(kvm.images.remove("old.img"), { name: "APIError", error: "MsdConnectedError" });
      assert.deepEqual(files(sim), BEFORE);
      await kvm.images.remove("os/arch.iso", { eject: true });
      assert.deepEqual([files(sim), sim.host.usbDrive], [["old.img"], null]);
    });
  });

  /** What makes a drive useless, and the device's own error for it. */
  const USELESS: [what: string, spoil: (sim: Simulator) => void, error: string, errorMsg: string][] = [
    ["disabled", (sim) => (sim.state.msd.enabled = false), "MsdDisabledError", "MSD is disabled"],
    ["offline", (sim) => (sim.state.msd.online = false), "MsdOfflineError", "MSD is not found"],
  ];
  for (const [what, spoil, error, errorMsg] of USELESS)
    test(`images: a drive that is ${what} is the same error for each action`, async (t) => {
      const { sim, kvm } = await disk(t);
      spoil(sim);
      const address = await origin(t);
      const actions = [
        () => kvm.images.list(),
        () => kvm.images.upload(IMAGE, { name: "a.img" }),
        () => kvm.images.fetch(`http://${address}/a.img`),
        () => kvm.images.download("old.img"),
        () => kvm.images.remove("old.img"),
        () => kvm.drive.mount("old.img"),
        () => kvm.drive.swap("old.img"),
        () => kvm.drive.eject(),
      ];
      const expected = { name: "APIError", code: "HTTP_400", statusCode: 400, error, errorMsg, retryable: false };
      const messages = [];
      for (const action of actions) messages.push((await failure(action(), expected)).message);
      assert.deepEqual(new Set(messages), new Set([`HTTP 400: ${errorMsg}`]));
    });

  test("images: a drive that is unlinked, whose storage is there, is listed", async (t) => {
    const { sim, kvm } = await disk(t);
    sim.state.msd.unlinked = true;
    assert.deepEqual((await kvm.images.list()).map(({ name }) => name).sort(), BEFORE);
  });

  test("images: read-only looks, and refuses the rest", async (t) => {
    const { sim } = await disk(t);
    const kvm = await client(t, { address: sim.url, readOnly: true });
    assert.equal((await kvm.images.list()).length, 2);
    const expected = { name: "ConfigurationError", code: "READ_ONLY" };
    await failure(kvm.images.upload(IMAGE, { name: "old.img", replace: true }), expected);
    await failure(kvm.images.remove("old.img"), expected);
  });
});
