import assert from "node:assert/strict";
import { test } from "node:test";

import { manualClock } from "../../src/simulator";
import { call, device, until } from "./device";
import { origin } from "./origin";

const SIZE = 400_000;

test("downloads an image and tells of it line by line", async (t) => {
  const address = await origin(t);
  const { url, state } = await device(t);
  const answer = await call(url, "POST", `/api/msd/write_remote?url=http://${address}/fast/remote.iso`);
  assert.equal(answer.header("Content-Type"), "application/x-ndjson");
  const lines = answer.text.split("\r\n");
  const record = (written: number): string => `{"ok": true, "result": {"image": {"name": "remote.iso", "size": 400000, "written": ${written}}}}`; // prettier-ignore
  assert.equal(lines[0], record(0));
  assert.equal(lines.at(-2), record(SIZE));
  assert.equal(lines.at(-1), "");
  assert.equal(state.msd.storage.files.get("remote.iso")?.complete, true);
  const again = await call(url, "POST", `/api/msd/write_remote?url=http://${address}/fast/remote.iso`);
  await until(() => !state.msd.busy);
  assert.equal(again.result.error, "MsdImageExistsError");
});

test("a body that breaks off is told in the last line, and breaks the connection", async (t) => {
  const address = await origin(t);
  const { url, state } = await device(t);
  await assert.rejects(call(url, "POST", `/api/msd/write_remote?url=http://${address}/trunc/trunc.iso`));
  await until(() => !state.msd.busy);
  assert.equal(state.msd.storage.files.get("trunc.iso")?.complete, false);
});

const q = encodeURIComponent;
/** The path at the origin, and what the device calls the image. */
const NAMES: [path: string, name: string][] = [
  ["fast/tool.iso?type=full", "tool.iso"],
  ["fast/a%20b.iso", "a b.iso"],
  ["moved/x", "final name.iso"],
  [`named/${q('attachment; filename="tool.iso"')}/download`, "tool.iso"],
  [`named/${q("attachment; filename=tool.iso")}/download`, "tool.iso"],
  [`named/${q('attachment; filename="a; b.iso"')}/download`, "a; b.iso"],
  [`named/${q('attachment; filename="/tool.iso"; size=3')}/download`, "tool.iso"],
  [`named/${q("attachment; filename*=UTF-8''tool.iso")}/download`, "download"],
  [`named/${q('attachment; filename="a/b.iso"')}/download`, "download"],
  [`named/${q("inline")}/page.iso`, "page.iso"],
];
for (const [path, name] of NAMES)
  test(`calls what is at ${decodeURIComponent(path)} ${name}, and its log says so`, async (t) => {
    const address = await origin(t);
    const { url } = await device(t);
    const at = `http://${address}/${path}`;
    const { text } = await call(url, "POST", `/api/msd/write_remote?url=${q(at)}`);
    const [first = "{}"] = text.split("\r\n");
    assert.equal((JSON.parse(first) as { result: { image: { name: string } } }).result.image.name, name);
    const log = await call(url, "GET", "/api/log");
    assert.ok(log.text.includes(`${at}${at.includes("'") ? '"' : "'"} as '${name}' to MSD ...`), log.text);
  });

test("without a name, and with one that is empty, nothing is stored", async (t) => {
  const address = await origin(t);
  const { url, state } = await device(t);
  const base = `/api/msd/write_remote?url=http://${address}`;
  const nameless = await call(url, "POST", `${base}/fast/&image=a.iso`);
  assert.equal(nameless.result.error_msg, "Can't determine filename");
  assert.equal((await call(url, "POST", `${base}/fast/a.iso&image=`)).result.error, "ValidatorError");
  assert.equal(state.msd.storage.files.size, 0);
});

test("stops within two seconds when the client is gone, where it does not fetch alone", async (t) => {
  for (const alone of [false, true]) {
    const address = await origin(t);
    const clock = manualClock();
    const { url, state } = await device(t, { clock, tls: false });
    const { msd } = state;
    msd.fetchesAlone = alone;
    const abort = new AbortController();
    const path = `/api/msd/write_remote?remove_incomplete=1&url=http://${address}/endless/a.iso`;
    const asking = call(url, "POST", path, { signal: abort.signal });
    await until(() => (msd.transfer?.done ?? 0) > 0);
    await clock.advance(1000);
    abort.abort();
    await assert.rejects(asking);
    await clock.advance(1500);
    const done = msd.transfer?.done ?? 0;
    if (alone) await until(() => (msd.transfer?.done ?? 0) > done + 1000);
    else await until(() => !msd.busy);
    assert.equal(msd.storage.files.has("a.iso"), alone);
  }
});

test("a disk that becomes full is told in the last line", async (t) => {
  const address = await origin(t);
  const { url, state } = await device(t);
  state.msd.storage.capacity = 20_000_000;
  const answer = await call(url, "POST", `/api/msd/write_remote?url=http://${address}/fast/a.iso`, { upTo: 10_000 });
  assert.match(answer.text, /"ok": false, "result": {"error": "OSError", "error_msg": "\[Errno 28\]/);
});
