import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before } from "node:test";
import { array, constantFrom, oneof, record, type Arbitrary } from "fast-check";
import { Files } from "../../src/actions/files";
import { parseAddress, PiKVM, PiKVMError } from "../../src/client";
import { imageName } from "../../src/client/msd/image-name";
import { text } from "./hostile";
import { faults } from "./suite";
import { tried } from "./tried";

// No name leads out of where it may lead: of images, of files, of calls.

const asked: string[] = [];
const server = createServer(({ url = "" }, response) => {
  asked.push(url);
  response.end('{"ok": true, "result": {}}');
});
const home = realpathSync(mkdtempSync(path.join(tmpdir(), "pikvm-paths-")));
const [root, outside] = [path.join(home, "root"), path.join(home, "root-outside")];
let kvm: PiKVM;
before(async () => {
  for (const folder of [root, outside, path.join(root, "sub")]) mkdirSync(folder);
  for (const folder of [root, outside]) writeFileSync(path.join(folder, "file"), "");
  symlinkSync(outside, path.join(root, "link"));
  symlinkSync(path.join(outside, "file"), path.join(root, "linked"));
  symlinkSync("..", path.join(root, "sub", "up"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a pipe
  kvm = await new PiKVM({ address: `http://127.0.0.1:${port}/kvm`, user: "admin", password: "x", timeout: 5 }).open();
});
after(async () => {
  await kvm.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(home, { recursive: true });
});

const PARTS = ["..", ".", "", "link", "linked", "sub", "up", "file", "root-outside", "root", "~", "%2e%2e", "%2f", "%5c", "..%2f", "%00", "\\", "...", ".. ", " ..", "\0", "api", "?", "#", "@", ":80", "a"]; // prettier-ignore
const joined: Arbitrary<string> = record({
  parts: array(oneof(constantFrom(...PARTS), text), { maxLength: 7 }),
  between: constantFrom("/", "/", "//", "\\", ""),
  begin: constantFrom("", "/", "/api/", `${root}/`, `${root}-outside/`, "//", "file://"),
}).map(({ parts, between, begin }) => begin + parts.join(between));

const isBelow = (folder: string, file: string): boolean => path.resolve(file).startsWith(folder + path.sep);

/** Each throws what is wrong; what is refused by a name of ours is right. */
const LEADS: Record<string, (name: string) => unknown> = {
  image(name) {
    const parts = imageName(name).split("/");
    if (parts.some((part) => part === "" || part.startsWith(".") || part.includes("\0"))) throw new Error(parts.join("/")); // prettier-ignore
  },
  async "file to read"(name) {
    const file = await new Files(root).toRead(name);
    if (!isBelow(root, realpathSync(file))) throw new Error(`it reads ${file}`);
  },
  async "file to write"(name) {
    const file = await new Files(root).toWrite(name);
    if (!isBelow(root, path.join(realpathSync(path.dirname(file)), path.basename(file)))) throw new Error(`it writes ${file}`); // prettier-ignore
  },
  async call(name) {
    asked.length = 0;
    await kvm.request("GET", name);
    const [url = ""] = asked;
    const { pathname, host } = new URL(url, "http://device");
    const plain = path.posix.normalize(decodeURIComponent(pathname));
    if (host !== "device" || !plain.startsWith("/kvm/")) throw new Error(`it asked for ${url}`);
  },
  address(name) {
    const { origin, path: below } = parseAddress(name);
    if (new URL(origin).origin !== origin || /\/\/|\/$|\s/.test(below)) throw new Error(`${origin} ${below}`);
  },
};

const CASES = record({ kind: constantFrom(...Object.keys(LEADS)), name: joined });

faults("paths: no name leads out of its place", { short: 600, long: 100_000 }, async (random, cases) => {
  let refused = 0;
  const wrong = await tried(random, cases, CASES, async ({ kind, name }) => {
    try {
      await LEADS[kind]?.(name);
    } catch (error) {
      if (!(error instanceof PiKVMError)) throw error;
      refused += 1;
    }
  });
  return { wrong, figures: { refused } };
});
