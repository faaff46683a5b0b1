import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** Paths of what is no file, and what a message calls it: to open one may wait for ever. */
export async function specialFiles(
  folder: string,
  t: Pick<TestContext, "after">,
): Promise<[path: string, called: RegExp][]> {
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const socket = join(folder, "socket");
  const server = createServer();
  await once(server.listen(socket), "listening");
  t.after(() => server.close());
  const link = join(folder, "link-to-pipe");
  symlinkSync(pipe, link);
  const directory = join(folder, "directory");
  mkdirSync(directory);
  return [
    [pipe, /named pipe/],
    [link, /named pipe/],
    [socket, /a socket/],
    ["/dev/zero", /a device/],
    ["/dev/null", /a device/],
    [directory, /a folder/],
  ];
}
