import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { Unfinished } from "../../src/actions/unfinished";
import { CancelledError, PiKVM } from "../../src/client";
import { startSimulator, type Simulator } from "../../src/simulator";

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), "pikvm-unfinished-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function deviceOf(t: TestContext): Promise<{ sim: Simulator; join: () => Promise<PiKVM> }> {
  const sim = await startSimulator({ tls: false, images: { "whole.iso": 10 } });
  const kvm = await new PiKVM({ address: sim.url, user: "admin", password: "admin" }).open();
  t.after(async () => {
    await kvm.close();
    await sim.close();
  });
  return { sim, join: () => Promise.resolve(kvm) };
}

/** As a process that was killed has left them: with the note, and nobody at work. */
async function left(unfinished: Unfinished, half: { image: string; size?: number } | { file: string }): Promise<void> {
  const killed = unfinished.noting(async (begin) => {
    begin(half);
    return Promise.reject(new CancelledError("The node was closed.", { outcome: "unknown" }));
  });
  await assert.rejects(killed, CancelledError);
}

test("only what was left incomplete, and of the size that it was to have, is removed from the device", async (t) => {
  const folder = path.join(folderOf(t), "notes");
  const { sim, join } = await deviceOf(t);
  const { storage } = sim.state.msd;
  for (const [name, size] of [["half.iso", 100], ["larger.iso", 200], ["theirs.iso", 100]] as const) storage.close(storage.create(name, size)); // prettier-ignore
  const unfinished = new Unfinished(folder, "device");
  await left(unfinished, { image: "half.iso", size: 100 });
  await left(unfinished, { image: "larger.iso", size: 100 });
  await left(unfinished, { image: "whole.iso" });
  await unfinished.tidy(join);
  assert.deepEqual([...storage.files.keys()].sort(), ["larger.iso", "theirs.iso", "whole.iso"]);
  assert.deepEqual(readdirSync(folder), []);
});

test("parts of files are removed, and nothing else, whatever a note says", async (t) => {
  const folder = folderOf(t);
  const files = ["saved.iso.0a1b2c3d-0000-4000-8000-00000000000f.part", "saved.iso"].map((name) => path.join(folder, name)); // prettier-ignore
  const unfinished = new Unfinished(path.join(folder, "notes"), "device");
  for (const file of files) {
    writeFileSync(file, "");
    await left(unfinished, { file });
  }
  await unfinished.tidy(() => assert.fail("no device is needed for that"));
  assert.deepEqual(files.map((file) => existsSync(file)), [false, true]); // prettier-ignore
});

test("what is going on, and what belongs to another device, is left alone; what has ended leaves no note", async (t) => {
  const folder = folderOf(t);
  const others = new Unfinished(folder, "another");
  await left(others, { image: "half.iso" });
  const unfinished = new Unfinished(folder, "device");
  await unfinished.noting(async (begin) => {
    begin({ image: "half.iso" });
    await unfinished.tidy(() => assert.fail("it is still going on"));
    assert.equal(readdirSync(folder).length, 2);
  });
  assert.equal(readdirSync(folder).length, 1);
  const removed = new CancelledError("It was cancelled. What had arrived was removed.");
  await assert.rejects(
    unfinished.noting((begin) => {
      begin({ image: "half.iso" });
      return Promise.reject(removed);
    }),
    removed,
  );
  assert.equal(readdirSync(folder).length, 1);
});

test("what cannot be removed now is tried again the next time", async (t) => {
  const folder = folderOf(t);
  const { sim, join } = await deviceOf(t);
  const { storage } = sim.state.msd;
  storage.close(storage.create("half.iso", 100));
  const unfinished = new Unfinished(folder, "device");
  await left(unfinished, { image: "half.iso" });
  sim.faults.add({ kind: "status", code: 500, times: 1, method: "POST" });
  await unfinished.tidy(join).catch(() => undefined);
  assert.ok(storage.files.has("half.iso"));
  await unfinished.tidy(join);
  assert.ok(!storage.files.has("half.iso"));
});
