import assert from "node:assert/strict";
import { lstat, mkdtemp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { test, type TestContext } from "node:test";
import { openPlain, PlainFile } from "../../src/client/plain-file";
import { writeWholeFile } from "../../src/client/whole-file";
import { specialFiles } from "../harness/special-files";

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

test("what is no file is neither opened nor replaced, nor is a thread kept waiting", async (t) => {
  const path = await folder(t);
  // More than there are threads for files.
  for (const [special, called] of [...(await specialFiles(path, t)), ...(await specialFiles(await folder(t), t))]) {
    const { mode, ino } = await lstat(special);
    const refused = { name: "ConfigurationError", message: called };
    await assert.rejects(openPlain(special), refused);
    await assert.rejects(buffer(new PlainFile(special)), refused);
    const stream = Readable.from([Buffer.from("bytes")]);
    await assert.rejects(writeWholeFile(special, stream), called.test("a folder") ? { code: /E/ } : refused);
    assert.equal(stream.destroyed, true);
    const now = await lstat(special);
    assert.deepEqual([now.mode, now.ino], [mode, ino], special);
  }
});

test("a file is read as it is, also through a link", async (t) => {
  const path = await folder(t);
  await writeFile(join(path, "a"), "bytes");
  await symlink(join(path, "a"), join(path, "b"));
  for (const name of ["a", "b"]) {
    const { file, size } = await openPlain(join(path, name));
    await file.close();
    assert.equal(size, 5);
    assert.equal((await buffer(new PlainFile(join(path, name)))).toString(), "bytes");
  }
  await assert.rejects(openPlain(join(path, "a\0b")), { name: "ConfigurationError" });
});
