import assert from "node:assert/strict";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { Files } from "../../src/actions/files";

/** A folder `allowed` with files and links, and a secret beside it. */
async function place(t: TestContext): Promise<{ root: string; top: string }> {
  const top = await realpath(await mkdtemp(join(tmpdir(), "files-")));
  t.after(() => rm(top, { recursive: true }));
  const root = join(top, "allowed");
  await mkdir(join(root, "sub"), { recursive: true });
  await mkdir(join(top, "allowed-too"));
  for (const file of ["allowed/a.iso", "allowed/sub/b.iso", "allowed/..c.iso", "secret", "allowed-too/d.iso"])
    await writeFile(join(top, file), "x");
  await symlink(join(top, "secret"), join(root, "link-out"));
  await symlink("../secret", join(root, "link-up"));
  await symlink("sub/b.iso", join(root, "link-in"));
  await symlink(top, join(root, "folder-out"));
  await symlink(join(root, "sub"), join(root, "folder-in"));
  await symlink(root, join(top, "alias"));
  return { root, top };
}

type Kind = "toRead" | "toWrite";

/** Relative to the folder, and where that is; undefined where it must not go. */
const PATHS: Record<Kind, [path: string, real: string | undefined][]> = {
  toRead: [
    ["a.iso", "a.iso"],
    ["./sub/../a.iso", "a.iso"],
    ["sub/b.iso", "sub/b.iso"],
    ["..c.iso", "..c.iso"],
    ["link-in", "sub/b.iso"],
    ["folder-in/b.iso", "sub/b.iso"],
    ["../allowed/a.iso", "a.iso"],
    ["../secret", undefined],
    ["../not-there", undefined],
    ["sub/../../secret", undefined],
    ["../allowed-too/d.iso", undefined],
    ["link-out", undefined],
    ["link-up", undefined],
    ["folder-out/secret", undefined],
    ["folder-out/allowed-too/d.iso", undefined],
    ["..", undefined],
    [".", undefined],
    ["", undefined],
    ["/etc/passwd", undefined],
    ["/proc/self/environ", undefined],
  ],
  toWrite: [
    ["new.iso", "new.iso"],
    ["sub/new.iso", "sub/new.iso"],
    ["folder-in/new.iso", "sub/new.iso"],
    // Replaced, not followed.
    ["link-out", "link-out"],
    ["folder-out/new", undefined],
    ["folder-out/allowed-too/new", undefined],
    ["../new", undefined],
    ["../allowed-too/new", undefined],
    ["..", undefined],
    [".", undefined],
    ["/etc/new", undefined],
  ],
};

for (const kind of ["toRead", "toWrite"] as const)
  describe(kind, () => {
    for (const [path, real] of PATHS[kind])
      test(`${JSON.stringify(path)} is ${real ?? "refused"}`, async (t) => {
        const { root, top } = await place(t);
        const absolute = path.startsWith("/") ? path : `${root}/${path}`;
        const alias = join(top, "alias");
        // The folder by its own name, with a slash behind, and by a link; the path relative and absolute.
        for (const folder of [root, `${root}/`, alias])
          for (const given of new Set([path, absolute, absolute.replace(root, folder)])) {
            const found = new Files(folder)[kind](given);
            if (real !== undefined) assert.equal(await found, join(root, real));
            else await assert.rejects(found, { name: "ConfigurationError", code: "OUTSIDE", message: /Files from/ });
          }
      });
  });

test("without a folder any path is as it is", async () => {
  for (const path of ["/etc/passwd", "../a", "a\0b", ""]) {
    assert.equal(await new Files().toRead(path), path);
    assert.equal(await new Files(" ").toWrite(path), path);
  }
});

test("a relative path begins in the folder, not where Node-RED was started", async (t) => {
  const { root } = await place(t);
  assert.equal(await new Files(relative(process.cwd(), root)).toRead("a.iso"), join(root, "a.iso"));
});

test("what is not there, and a folder that is not there, are told", async (t) => {
  const { root } = await place(t);
  const missing = { name: "ConfigurationError", message: /cannot be (read|written): ENOENT/ };
  await assert.rejects(new Files(root).toRead("none.iso"), missing);
  await assert.rejects(new Files(root).toWrite("none/new.iso"), missing);
  await assert.rejects(new Files(root).toRead("a\0b"), { name: "ConfigurationError" });
  const folder = { name: "ConfigurationError", message: /setting Files from cannot be used: ENOENT/ };
  for (const kind of ["toRead", "toWrite"] as const)
    await assert.rejects(new Files(join(root, "none"))[kind]("a"), folder);
});
