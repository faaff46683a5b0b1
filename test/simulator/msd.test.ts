import assert from "node:assert/strict";
import { request as plainRequest } from "node:http";
import { test } from "node:test";

import type { Json, JsonObject } from "../../src/simulator/api/python";
import { manualClock } from "../../src/simulator";
import { ADMIN, call, device, type Event, listen, until } from "./device";
import { origin as remoteOrigin } from "./origin";
import { session } from "../recordings/sessions";

const IMAGES = { "small.iso": 2_097_152, "flash.img": Buffer.from("content") };

/** Which keys each partial event carries. */
function shapes(events: readonly Event[]): string[] {
  const partial = events.filter(({ event_type: type, event }) => type === "msd" && !("enabled" in event));
  return partial.map(({ event }) => {
    const storage = Object.keys((event.storage ?? {}) as JsonObject); // an object in every msd event
    return [...Object.keys(event).filter((key) => key !== "storage"), ...storage.map((key) => `storage.${key}`)].join(
      " ",
    );
  });
}

test("tells of an upload, a mount and a removal as the recorded session does", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock, images: IMAGES });
  const { events } = await listen(t, simulator);
  const { url } = simulator;
  await call(url, "POST", "/api/msd/write?image=ev.iso", { body: Buffer.alloc(3_000_000) });
  await clock.advance(1100);
  await call(url, "POST", "/api/msd/set_params?image=ev.iso&cdrom=1");
  await call(url, "POST", "/api/msd/set_connected?connected=1");
  assert.deepEqual(simulator.host.usbDrive, { image: "ev.iso", size: 3_000_000, cdrom: true, writable: false });
  await call(url, "POST", "/api/msd/set_connected?connected=0");
  assert.equal(simulator.host.usbDrive, null);
  await call(url, "POST", "/api/msd/remove?image=ev.iso");
  await clock.advance(1100);
  await until(() => shapes(events).length >= 9);

  const lines = session("msd-events").filter(({ dir, text, ms }) => dir === "<" && text !== undefined && ms < 12_000);
  const recorded = lines.flatMap(({ text }) => (text === undefined ? [] : [text]));
  assert.deepEqual(shapes(events), shapes(recorded));
});

/** An upload that is sent piece by piece. */
function slowly(
  url: string,
  path: string,
  size: number,
): { send: (bytes: number) => void; end: () => Promise<number> } {
  const request = plainRequest(url + path, { method: "POST", headers: { ...ADMIN, "Content-Length": String(size) } });
  const answered = new Promise<number>((resolve, reject) => {
    request.on("response", (response) => resolve(response.resume().statusCode ?? 0));
    request.on("error", reject);
  });
  request.flushHeaders();
  return {
    send: (bytes) => void request.write(Buffer.alloc(bytes)),
    end: () => {
      request.end();
      return answered;
    },
  };
}

test("lists a long upload a second after it began and a second after it ended, and not in between", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock, images: IMAGES, tls: false });
  const { msd } = simulator.state;
  const { events } = await listen(t, simulator);
  const PIECE = 100_000;
  const PIECES = 20;
  const upload = slowly(simulator.url, "/api/msd/write?image=slow.img", PIECE * PIECES);
  await until(() => msd.transfer !== null);
  for (let sent = 1; sent <= PIECES; sent += 1) {
    upload.send(PIECE);
    await until(() => (msd.transfer?.done ?? PIECE * PIECES) === sent * PIECE);
    if (sent < PIECES) await clock.advance(250);
  }
  assert.equal(await upload.end(), 200);
  await clock.advance(950);
  assert.equal(msd.storage.describe("slow.img").complete, false);
  await clock.advance(100);
  assert.equal(msd.storage.describe("slow.img").complete, true);
  await until(() => shapes(events).at(-1)?.includes("storage.images") === true && shapes(events).length > 8);

  const between = session("msd-events").filter(({ ms }) => ms > 13_250 && ms < 19_100);
  const recorded = shapes(between.flatMap(({ dir, text }) => (dir === "<" && text !== undefined ? [text] : [])));
  for (const told of [shapes(events), recorded]) {
    const [first, ...more] = told.flatMap((keys, index) => (keys.includes("storage.images") ? [index] : []));
    assert.ok(first === 2, `the listing follows the first progress: ${told.join(", ")}`);
    assert.deepEqual(more, [told.length - 1], told.join(", "));
    const middle = new Set(told.slice(first + 1, -2));
    assert.deepEqual([...middle].sort(), ["storage.parts storage.uploading", "storage.uploading"]);
  }
});

test("nothing is stored in place of a folder, below an image, in a folder that is not there, or under a long name", async (t) => {
  const { url, state } = await device(t, { images: { ...IMAGES, "dir/nested.iso": 10 } });
  const origin = await remoteOrigin(t);
  const before = [...state.msd.storage.files.keys()];
  // Beside an image lies a file whose name is 14 bytes longer.
  const refused = [
    ["prefix=dir", 400, "MsdImageExistsError"],
    ["image=dir", 400, "MsdImageExistsError"],
    ["prefix=dir&image=nested.iso", 400, "MsdImageExistsError"],
    ["image=none/a.iso", 500, ""],
    ["prefix=none&image=a.iso", 500, ""],
    ["image=small.iso/a.iso", 500, ""],
    [`image=${"x".repeat(242)}`, 500, ""],
    [`image=${"x".repeat(300)}`, 500, ""],
    [`image=${encodeURIComponent("é".repeat(121))}`, 500, ""],
  ] as const;
  for (const [query, status, error] of refused) {
    const answers = [await call(url, "POST", `/api/msd/write?${query}`, { body: "abc" })];
    if (query.includes("image="))
      answers.push(await call(url, "POST", `/api/msd/write_remote?url=http://${origin}/fast/a.iso&${query}`));
    for (const answer of answers) {
      assert.equal(answer.status, status, query);
      assert.equal(status === 400 ? answer.result.error : "", error, query);
    }
  }
  assert.deepEqual([...state.msd.storage.files.keys()], before);
  for (const name of ["x".repeat(241), "dir/free.iso"])
    assert.equal((await call(url, "POST", `/api/msd/write?image=${name}`, { body: "abc" })).status, 200, name);
});

test("a fresh upload is unknown until the listing has caught up", async (t) => {
  const clock = manualClock();
  const { url } = await device(t, { clock });
  await call(url, "POST", "/api/msd/write?image=new.img", { body: "abc" });
  const early = await call(url, "POST", "/api/msd/set_params?image=new.img");
  assert.equal(early.result.error, "MsdUnknownImageError");
  await clock.advance(1000);
  assert.equal((await call(url, "POST", "/api/msd/set_params?image=new.img")).status, 200);
});

test("neither a CD-ROM nor an .iso becomes writable, whatever was asked for", async (t) => {
  const { url } = await device(t, { images: IMAGES });
  for (const [image, cdrom, rw] of [
    ["flash.img", 0, true],
    ["flash.img", 1, false],
    ["small.iso", 0, false],
    ["small.iso", 1, false],
  ] as const) {
    await call(url, "POST", `/api/msd/set_params?image=${image}&cdrom=${cdrom}&rw=1`);
    const { drive } = (await call(url, "GET", "/api/msd")).result;
    assert.equal((drive as JsonObject).rw, rw, `${image}, cdrom=${cdrom}`); // see the protocol
  }
});

test("a removed image stays listed for a moment, empty, and its name is taken", async (t) => {
  const clock = manualClock();
  const { url } = await device(t, { clock, images: IMAGES });
  await call(url, "POST", "/api/msd/remove?image=flash.img");
  const images = (await storageOf(url)).images as JsonObject; // see the protocol
  assert.deepEqual(images["flash.img"], { complete: true, mod_ts: 0, removable: true, size: 0, writable: true });
  const again = await call(url, "POST", "/api/msd/write?image=flash.img", { body: "abc" });
  assert.equal(again.result.error, "MsdImageExistsError");
  await clock.advance(1000);
  assert.deepEqual(Object.keys((await storageOf(url)).images as JsonObject), ["small.iso"]); // likewise
});

test("an upload that breaks off leaves an incomplete image, or none once the listing had it", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock });
  const { msd } = simulator.state;
  for (const [name, noticed, left] of [
    ["early.img", false, true],
    ["late.img", true, false],
  ] as const) {
    const abort = new AbortController();
    const sending = call(simulator.url, "POST", `/api/msd/write?remove_incomplete=1&image=${name}`, {
      headers: { "X-KVMD-User": "admin", "X-KVMD-Passwd": "admin", "Content-Length": "1000" },
      body: Buffer.alloc(500),
      chunked: true,
      signal: abort.signal,
    });
    await until(() => msd.transfer?.done === 500);
    if (noticed) await clock.advance(1000);
    abort.abort();
    await assert.rejects(sending);
    await until(() => !msd.busy);
    assert.equal(msd.storage.files.has(name), left);
    // Listed as it was, until the disk is read again.
    if (noticed) assert.equal(msd.storage.describe(name).size, 1000);
    await clock.advance(1000);
  }
});

test("while somebody works everything is 409, and the storage survives", async (t) => {
  const { url, state } = await device(t, { images: IMAGES });
  state.msd.busy = true;
  for (const path of [
    "set_params?cdrom=1",
    "set_connected?connected=1",
    "remove?image=flash.img",
    "write?image=x",
    "reset",
  ])
    assert.equal((await call(url, "POST", `/api/msd/${path}`)).status, 409, path);
  state.msd.busy = false;
  assert.equal((await call(url, "GET", "/api/msd/read?image=flash.img")).text, "content");
});

test("an offline drive reads null and refuses everything but a reset", async (t) => {
  const simulator = await device(t);
  const { events } = await listen(t, simulator);
  simulator.state.msd.online = false;
  assert.equal((await call(simulator.url, "POST", "/api/msd/set_params")).result.error, "MsdOfflineError");
  assert.equal((await call(simulator.url, "POST", "/api/msd/reset")).status, 200);
  await until(() => events.at(-1)?.event.online === false);
  assert.deepEqual(events.at(-1)?.event, { enabled: true, online: false, busy: false, storage: null, drive: null });
});

test("a reset ejects at once, kvmd notices within a second, and the selection stays", async (t) => {
  const clock = manualClock();
  const { url, host, state } = await device(t, { clock, images: IMAGES });
  await call(url, "POST", "/api/msd/set_params?image=flash.img&cdrom=0&rw=1");
  await call(url, "POST", "/api/msd/set_connected?connected=1");
  await call(url, "POST", "/api/msd/reset");
  assert.equal(host.usbDrive, null);
  assert.equal(state.msd.drive.connected, true);
  await clock.advance(1000);
  assert.deepEqual(state.msd.drive, { image: "flash.img", connected: false, cdrom: false, rw: true });
});

test("a full disk is a plain 500 and an incomplete image", async (t) => {
  const { url, state } = await device(t);
  state.msd.storage.capacity = 20_000_000;
  const answer = await call(url, "POST", "/api/msd/write?image=big.img", { body: Buffer.alloc(200_000) });
  assert.equal(answer.status, 500);
  assert.equal(state.msd.storage.files.get("big.img")?.complete, false);
});

test("of a large image only the first bytes are kept, the rest reads as zeros", async (t) => {
  const { url } = await device(t);
  const size = 6 * 1024 * 1024;
  await call(url, "POST", "/api/msd/write?image=big.img", { body: Buffer.alloc(size, 7) });
  const read = async (): Promise<Buffer> => (await call(url, "GET", "/api/msd/read?image=big.img")).body;
  await eventually(async () => (await read()).length === size);
  const body = await read();
  assert.equal(body[0], 7);
  assert.equal(body[size - 1], 0);
});

test("events show the progress of a download", async (t) => {
  const simulator = await device(t, { images: IMAGES });
  const { events } = await listen(t, simulator);
  await call(simulator.url, "GET", "/api/msd/read?image=small.iso");
  await until(() => shapes(events).length >= 4);
  const downloading = events.map(({ event }) => (event.storage as { downloading?: Json } | undefined)?.downloading); // see the protocol
  assert.deepEqual(downloading.slice(-4), [
    { name: "small.iso", size: 2_097_152, readed: 0 },
    { name: "small.iso", size: 2_097_152, readed: 65_536 },
    { name: "small.iso", size: 2_097_152, readed: 2_097_152 },
    null,
  ]);
});

async function storageOf(url: string): Promise<JsonObject> {
  return (await call(url, "GET", "/api/msd")).result.storage as JsonObject; // see the protocol
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) assert.ok(Date.now() < deadline, "still not true");
}
