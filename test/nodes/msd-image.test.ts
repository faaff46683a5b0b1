import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { issueCertificate, scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node, type Inputs } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

const SIZE = 2_000_000;
const IMAGE = Buffer.from(Array.from({ length: SIZE }, (_, index) => index % 251));
const OLD = Buffer.from("what was there before");
const BEFORE = ["boot.iso", "old.img"];

const red = NodeRed.duringTests();
let simulator: Simulator;
let folder: string;
/** Of a web server: `/named` is called by a header, `/slow.iso` takes for ever, `/debian.iso` is an image, `/cut.iso` half of one, `/hang.iso` half of one that does not go on. */
const answer: RequestListener = (request, response) => {
  response.setHeader("Content-Length", SIZE);
  if (request.url === "/named") response.setHeader("Content-Disposition", 'attachment; filename="tool.iso"');
  if (request.url === "/slow.iso") {
    response.setHeader("Content-Length", 1e9);
    const timer = setInterval(() => response.write(Buffer.alloc(100)), 5);
    response.once("close", () => clearInterval(timer));
  } else if (request.url === "/cut.iso") response.write(IMAGE.subarray(0, SIZE / 2), () => response.destroy());
  else if (request.url === "/hang.iso") response.write(IMAGE.subarray(0, SIZE / 2));
  else response.end(IMAGE);
};
const origin = createServer(answer);
/** The same with a certificate that nobody knows. */
const unknown = createSecureServer(issueCertificate(), answer);
const portOf = (server: Server) => (server.address() as AddressInfo).port; // it listens on a port
const urlOf = (name: string) => `http://127.0.0.1:${portOf(origin)}/${name}`;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "pikvm-"));
  for (const server of [origin, unknown]) await once(server.listen(0, "127.0.0.1"), "listening");
});
after(async () => {
  for (const server of [origin, unknown]) {
    server.closeAllConnections();
    server.close();
  }
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  simulator = await startSimulator({ clock: scaledClock(10), images: { "boot.iso": 1_000_000, "old.img": OLD } });
});
afterEach(async () => {
  await red.deploy(flow());
  await simulator.close();
  red.forget();
});

type Answer = Record<string, unknown>;

const does = (action: string, inputs: Inputs = {}): Inputs => ({ action: ["choice", action], ...inputs });
const stored = () => [...simulator.state.msd.storage.files.keys()].sort();
const contentOf = (name: string) => buffer(Readable.from(simulator.state.msd.storage.files.get(name)?.chunks() ?? []));
const changes = () => simulator.requests.filter(({ method }) => method === "POST").map(({ path }) => path);

/** What came out at the end. */
const outcome = () =>
  until(() => red.at("result").find(({ progress }) => progress === undefined) ?? red.at("error")[0]);

async function deploy(inputs: Inputs, overrides: object = {}): Promise<void> {
  await red.deploy(flow(device(simulator), node("pikvm-msd-image", { ...fields(inputs), ...overrides })));
  red.forget();
}

async function perform(inputs: Inputs, msg: object = {}): Promise<Answer> {
  await deploy(inputs);
  red.send("node", msg);
  return outcome();
}

async function result(inputs: Inputs, msg: object = {}): Promise<Answer> {
  const { payload, error } = await perform(inputs, msg);
  assert.equal(error, undefined, JSON.stringify(error));
  return payload as Answer;
}

async function problem(inputs: Inputs, msg: object = {}): Promise<Answer> {
  return (await perform(inputs, msg))["error"] as Answer;
}

describe("upload", () => {
  test("a file, by its path, under its own name, with its checksum", async () => {
    const path = join(folder, "debian.iso");
    await writeFile(path, IMAGE);
    const sha256 = createHash("sha256").update(IMAGE).digest("hex");
    const payload = await result({ sha256: ["bool", "true"] }, { payload: path });
    assert.deepEqual(payload, { action: "upload", image: "debian.iso", size: SIZE, sha256 });
    assert.ok((await contentOf("debian.iso")).equals(IMAGE));
  });

  test("a Buffer, a stream, and a stream with its size", async () => {
    for (const payload of [IMAGE, Readable.from([IMAGE]), { stream: Readable.from([IMAGE]), size: SIZE }]) {
      const inputs: Inputs = { storeAs: ["msg", "topic"], replace: ["bool", "true"] };
      assert.deepEqual(await result(inputs, { payload, topic: "a.img" }), { action: "upload", image: "a.img", size: SIZE }); // prettier-ignore
      assert.ok((await contentOf("a.img")).equals(IMAGE));
    }
  });

  test("tells how far it is, in the status and in messages, at most once for each percent", async () => {
    simulator.faults.add({ kind: "slow", bytesPerSecond: 2_000_000, path: /msd\/write/ });
    await deploy({ storeAs: ["str", "a.img"] }, { progress: true });
    const size = 20_000_000;
    red.send("node", { payload: Buffer.alloc(size), topic: "kept" });
    await outcome();
    const told = red.at("result").flatMap(({ progress, topic }) => (progress ? [{ ...progress, topic }] : []));
    assert.ok(told.length > 5 && told.length <= 101, `${told.length} messages`);
    const { rate, ...last } = told.at(-1) as Answer;
    assert.deepEqual(last, { done: size, total: size, unit: "bytes", percent: 100, topic: "kept" });
    assert.equal(typeof rate, "number");
    assert.ok(red.statuses.some(({ status }) => /^\d+ % · \d+ [kM]B\/s$/.test(status.text ?? "")));
  });

  test("what the device would refuse is refused before anything is sent", async () => {
    const cases: [Inputs, unknown, RegExp][] = [
      [{}, IMAGE, /name of their own/],
      [{ storeAs: ["str", ".hidden"] }, IMAGE, /begin with a dot/],
      [{ storeAs: ["str", "old.img"] }, IMAGE, /already/],
      [{}, join(folder, "none.iso"), /none\.iso" cannot be read/],
      [{}, folder, /is not a file/],
      [{}, { no: "stream" }, /a Buffer, the path of a file, a stream/],
      [{ storeAs: ["str", "big.img"] }, { stream: Readable.from([IMAGE]), size: 9e9 }, /9\.0 GB, but .* 8\.4 GB free/],
      [{ storeAs: ["str", "big.img"] }, { stream: Readable.from([IMAGE]), size: "9e9" }, /8\.4 GB free/],
      [{ storeAs: ["str", "a.img"] }, { stream: Readable.from([IMAGE]), size: "large" }, /size NaN is not/],
    ];
    for (const [inputs, payload, says] of cases) {
      const { name, message } = await problem(inputs, { payload });
      assert.equal(name, "ConfigurationError");
      assert.match(String(message), says);
    }
    assert.deepEqual(changes(), []);
  });

  for (const how of ["msg.reset", "a deploy"]) {
    test(`cancelled by ${how} in the middle, it leaves nothing`, async () => {
      await deploy({ storeAs: ["str", "a.img"] });
      const source = new Readable({ read: () => undefined });
      source.push(IMAGE);
      red.send("node", { payload: { stream: source, size: 2 * SIZE } });
      await until(() => simulator.state.msd.storage.files.has("a.img"));
      if (how === "msg.reset") {
        red.send("node", { reset: true });
        assert.equal(((await outcome())["error"] as Answer)["name"], "CancelledError");
      } else await red.deploy(flow());
      await until(() => !simulator.state.msd.busy && stored().length === BEFORE.length);
      assert.deepEqual(stored(), BEFORE);
      assert.equal(source.destroyed, true);
    });
  }

  test("a stream may fail after the message was refused for something else, before anybody looked at it or after", async () => {
    const wraps = [(stream: Readable) => stream, (stream: Readable) => ({ stream })];
    for (const [wrap, config] of wraps.flatMap((wrap) => [[wrap, {}] as const, [wrap, { device: "" }] as const])) {
      await deploy(does("upload", { storeAs: ["msg", "name"] }), config);
      const stream = new Readable({ read: () => undefined });
      red.send("node", { payload: wrap(stream), name: {} });
      await red.message("error");
      stream.destroy(new Error("late"));
      await until(() => stream.closed);
    }
  });

  test("one that fails leaves nothing, and what was there", async () => {
    const source = new Readable({ read: () => undefined });
    source.push(IMAGE);
    await deploy({ storeAs: ["str", "a.img"] });
    red.send("node", { payload: { stream: source, size: 2 * SIZE } });
    await until(() => simulator.state.msd.storage.files.has("a.img"));
    source.destroy(new Error("disk on fire"));
    const { name, message } = (await outcome())["error"] as Answer;
    assert.equal(name, "PiKVMError");
    // The device itself removes what it has listed in time.
    assert.match(
      String(message),
      /disk on fire( \((What had arrived was removed|Nothing of "a\.img" is left on the device)\.\))?$/,
    );
    assert.deepEqual(stored(), BEFORE);
    assert.ok((await contentOf("old.img")).equals(OLD));
  });
});

describe("the device downloads a URL", () => {
  test("with its name and size, and progress", async () => {
    await deploy(does("fetch", { storeAs: ["str", "os.iso"] }), { progress: true });
    red.send("node", { payload: urlOf("debian.iso") });
    assert.deepEqual((await outcome())["payload"], { action: "fetch", image: "os.iso", size: SIZE });
    assert.ok((await contentOf("os.iso")).equals(IMAGE));
    const told = red.at("result").flatMap(({ progress }) => (progress ? [(progress as Answer)["percent"]] : []));
    assert.deepEqual([told[0], told.at(-1)], [0, 100]);
  });

  test("its result is mounted by the next node as it comes, and removed by another after that", async () => {
    await red.deploy(
      flow(
        device(simulator),
        node("pikvm-msd-image", { ...fields(does("fetch")), wires: [["mount"], ["error"]] }),
        node("pikvm-msd-mount", { id: "mount" }),
        node("pikvm-msd-image", { id: "remove", ...fields(does("remove", { eject: ["bool", "true"] })) }),
      ),
    );
    red.forget();
    red.send("node", { payload: urlOf("debian.iso") });
    const { payload } = await outcome();
    assert.deepEqual(simulator.host.usbDrive, { image: "debian.iso", size: SIZE, cdrom: true, writable: false });
    red.forget();
    red.send("remove", { payload });
    assert.equal(((await outcome())["payload"] as Answer)["image"], "debian.iso");
    assert.deepEqual([stored(), simulator.host.usbDrive], [BEFORE, null]);
  });

  test("from a web server with an unknown certificate only when that is allowed", async () => {
    const payload = `https://127.0.0.1:${portOf(unknown)}/debian.iso`;
    const refused = await problem(does("fetch"), { payload });
    assert.deepEqual([refused["name"], refused["error"]], ["APIError", "ClientConnectorCertificateError"]);
    const { image } = await result(does("fetch", { insecure: ["bool", "true"] }), { payload });
    assert.equal(image, "debian.iso");
    assert.ok((await contentOf("debian.iso")).equals(IMAGE));
  });

  test("without a name it is stored as the device calls it, and so it is replaced", async () => {
    const tool = { action: "fetch", image: "tool.iso", size: SIZE };
    assert.deepEqual(await result(does("fetch"), { payload: urlOf("named") }), tool);
    simulator.state.msd.storage.add("named", OLD);
    simulator.state.msd.storage.add("tool.iso", OLD);
    assert.equal((await problem(does("fetch"), { payload: urlOf("named") }))["code"], "EXISTS");
    const inputs = does("fetch", { replace: ["bool", "true"] });
    assert.deepEqual(await result(inputs, { payload: urlOf("named") }), tool);
    assert.ok((await contentOf("tool.iso")).equals(IMAGE));
    assert.ok((await contentOf("named")).equals(OLD));
  });

  test("cancelled, it says that the device has stopped, and nothing is left", async () => {
    await deploy(does("fetch", { storeAs: ["str", "a.iso"] }), { progress: true });
    red.send("node", { payload: urlOf("slow.iso") });
    await until(() => red.at("result").some(({ progress }) => progress !== undefined));
    await until(() => simulator.state.msd.storage.isListed("a.iso"));
    red.send("node", { reset: true });
    const { name, message, outcome: unknown } = (await until(() => red.at("error")[0]))["error"] as Answer;
    assert.deepEqual([name, unknown], ["CancelledError", undefined]);
    assert.match(String(message), /What had arrived was removed|Nothing of "a\.iso" is left/);
    assert.deepEqual(stored(), BEFORE);
  });

  test("cancelled, it says that the device goes on", async () => {
    await deploy(does("fetch"), { progress: true });
    red.send("node", { payload: urlOf("hang.iso") });
    // By then the device has told the name.
    await until(() => red.at("result").some(({ progress }) => progress !== undefined));
    red.send("node", { reset: true });
    const { name, message } = (await outcome())["error"] as Answer;
    assert.equal(name, "CancelledError");
    assert.match(String(message), /The device goes on with "hang\.iso"/);
  });

  test("an origin that breaks off, or has no such file, is the device's own error, and nothing is left", async () => {
    const cut = await problem(does("fetch"), { payload: urlOf("cut.iso") });
    assert.deepEqual([cut["name"], cut["status_code"], cut["error"]], ["APIError", 0, "ClientPayloadError"]);
    assert.deepEqual(stored(), BEFORE);
    const { name } = await problem(does("fetch"), { payload: "ftp://server/a.iso" });
    assert.equal(name, "ConfigurationError");
  });
});

describe("download", () => {
  test("to a file, which is not written over without being told", async () => {
    const file = join(folder, "saved.img");
    const inputs = does("download", { image: ["str", "old.img"] });
    assert.deepEqual(await result(inputs, { filename: file }), { action: "download", image: "old.img", size: OLD.length, file }); // prettier-ignore
    assert.ok((await readFile(file)).equals(OLD));
    assert.deepEqual((await problem(inputs, { filename: file }))["code"], "EXISTS");
    await result({ ...inputs, replace: ["bool", "true"] }, { filename: file });
    assert.ok((await readdir(folder)).every((name) => !name.endsWith(".part")));
  });

  test("cancelled, it leaves no file, nor the beginning of one, and what was there", async () => {
    const file = join(folder, "cancelled.img");
    await writeFile(file, "before");
    const files = await readdir(folder);
    const fault = simulator.faults.add({ kind: "slow", bytesPerSecond: 100_000, path: /msd\/read/ });
    await deploy(does("download", { image: ["str", "boot.iso"], replace: ["bool", "true"] }));
    red.send("node", { filename: file });
    await until(async () => (await readdir(folder)).length > files.length);
    red.send("node", { reset: true });
    assert.equal(((await outcome())["error"] as Answer)["name"], "CancelledError");
    fault.remove();
    assert.deepEqual(await readdir(folder), files);
    assert.equal(await readFile(file, "utf8"), "before");
  });

  test("as a stream, which another device can take", async () => {
    const payload = await result(does("download", { target: ["choice", "stream"] }), { payload: "old.img" });
    const { stream, ...rest } = payload;
    assert.deepEqual(rest, { action: "download", image: "old.img", size: OLD.length });
    assert.ok((await buffer(stream as Readable)).equals(OLD));
    const copy = { ...rest, stream: Readable.from([OLD]) };
    await until(() => !simulator.state.msd.busy);
    assert.equal((await problem({}, { payload: copy }))["code"], "EXISTS");
    assert.equal((await result({ storeAs: ["str", "copy.img"] }, { payload: { ...copy, stream: Readable.from([OLD]) } }))["image"], "copy.img"); // prettier-ignore
  });

  test("as a stream, the same one on every wire", async () => {
    await deploy(does("download", { target: ["choice", "stream"] }), { wires: [["caught", "result"], ["error"]] });
    red.send("node", { payload: "old.img" });
    const { stream } = (await red.message("result"))["payload"] as { stream: Readable };
    assert.ok((await buffer(stream)).equals(OLD));
  });

  test("a stream that nobody listens to does no harm when the device is gone", async () => {
    simulator.faults.add({ kind: "slow", bytesPerSecond: 100_000, path: /msd\/read/ });
    const payload = await result(does("download", { target: ["choice", "stream"] }), { payload: "boot.iso" });
    const stream = payload["stream"] as Readable;
    stream.resume();
    await red.deploy(flow());
    await until(() => stream.errored);
  });
});

describe("remove and list", () => {
  test("an image is removed; one that is not there is a success", async () => {
    const removed = await result(does("remove"), { payload: { image: "old.img" } });
    assert.deepEqual([removed["image"], removed["changed"], stored()], ["old.img", true, ["boot.iso"]]);
    assert.equal((await result(does("remove"), { payload: "old.img" }))["changed"], false);
  });

  test("what is mounted is ejected first only if told", async () => {
    Object.assign(simulator.state.msd.drive, { image: "boot.iso", connected: true });
    const { name, message } = await problem(does("remove"), { payload: "boot.iso" });
    assert.deepEqual([name, message], ["ConfigurationError", '"boot.iso" is mounted: eject it first.']);
    await result(does("remove", { eject: ["bool", "true"] }), { payload: "boot.iso" });
    assert.deepEqual(stored(), ["old.img"]);
  });

  test("the list has every image with its name and size", async () => {
    const images = (await result(does("list")))["images"] as Answer[];
    assert.deepEqual(
      images.map(({ name, size, complete }) => [name, size, complete]),
      [
        ["boot.iso", 1_000_000, true],
        ["old.img", OLD.length, true],
      ],
    );
  });

  for (const [flag, error] of [
    ["enabled", "MsdDisabledError"],
    ["online", "MsdOfflineError"],
  ] as const)
    test(`the list of a drive that is not ${flag} is the error that a removal is`, async () => {
      simulator.state.msd[flag] = false;
      const [listed, removed] = [await problem(does("list")), await problem(does("remove"), { payload: "old.img" })];
      assert.equal(listed["error"], error);
      for (const part of ["name", "message", "status_code", "error", "error_msg", "code", "retryable"])
        assert.deepEqual(listed[part], removed[part], part);
    });
});
