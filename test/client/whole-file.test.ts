import assert from "node:assert/strict";
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test, type TestContext } from "node:test";
import { writeWholeFile } from "../../src/client/whole-file";

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "whole-file-"));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

test("bytes and streams become files, and nothing else is left", async (t) => {
  const path = await folder(t);
  assert.equal(await writeWholeFile(join(path, "a"), Buffer.from("bytes")), 5);
  assert.equal(await writeWholeFile(join(path, "b"), Readable.from([Buffer.from("in "), Buffer.from("pieces")])), 9);
  assert.equal(await writeWholeFile(join(path, "c"), new Uint8Array()), 0);
  assert.deepEqual((await readdir(path)).sort(), ["a", "b", "c"]);
  assert.equal(await readFile(join(path, "a"), "utf8"), "bytes");
  assert.equal(await readFile(join(path, "b"), "utf8"), "in pieces");
});

test("a stream that fails leaves what was there before", async (t) => {
  const path = await folder(t);
  await writeFile(join(path, "a"), "before");
  const broken = Readable.from(
    (function* () {
      yield Buffer.from("half");
      throw new Error("broken");
    })(),
  );
  await assert.rejects(writeWholeFile(join(path, "a"), broken), /broken/);
  assert.deepEqual(await readdir(path), ["a"]);
  assert.equal(await readFile(join(path, "a"), "utf8"), "before");
});

test("a place where no file can be is told as the file system tells it", async (t) => {
  const path = await folder(t);
  await mkdir(join(path, "folder"));
  const bytes = Buffer.from("bytes");
  await assert.rejects(writeWholeFile(join(path, "nowhere", "a"), bytes), { code: "ENOENT" });
  await assert.rejects(writeWholeFile(join(path, "folder"), bytes), { code: /EISDIR|ENOTEMPTY|EEXIST/ });
  assert.deepEqual(await readdir(path), ["folder"]);
});
