import assert from "node:assert/strict";
import { lstat, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node, type Inputs } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { specialFiles } from "../harness/special-files";
import { until } from "../harness/until";

const red = NodeRed.duringTests();
let simulator: Simulator;
let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "pikvm-files-"));
});
after(() => rm(folder, { recursive: true }));
afterEach(async () => {
  await red.deploy(flow());
  await simulator.close();
  red.forget();
});

interface Use {
  type: string;
  inputs: Inputs;
  /** What makes a node do it; sources do it by themselves. */
  message?: (file: string) => object;
  overrides?: (file: string) => object;
  reads: boolean;
}

const byName = (file: string) => ({ filename: file });
const TAP = [{ event_type: "key", event: { key: "KeyA", state: true } }];

/** Every node that has to do with a file, and each way in which it has. */
const USES: Record<string, Use> = {
  "msd-image, to upload": {
    type: "pikvm-msd-image",
    inputs: { storeAs: ["str", "new.img"], replace: ["bool", "true"] },
    message: (file) => ({ payload: file }),
    reads: true,
  },
  "msd-image, to download": {
    type: "pikvm-msd-image",
    inputs: { action: ["choice", "download"], image: ["str", "old.img"], replace: ["bool", "true"] },
    message: byName,
    reads: false,
  },
  "hid-macro": {
    type: "pikvm-hid-macro",
    inputs: { source: ["choice", "file"] },
    message: byName,
    reads: true,
  },
  screen: {
    type: "pikvm-screen",
    inputs: { format: ["choice", "file"], file: ["msg", "filename"] },
    message: byName,
    reads: false,
  },
  "screen-watch": {
    type: "pikvm-screen-watch",
    inputs: {},
    overrides: (file) => ({ mode: "frames", rate: "5", format: "file", file }),
    reads: false,
  },
};

type Answer = Record<string, unknown>;

/** A device whose host sends a picture. */
async function start(): Promise<void> {
  simulator = await startSimulator({ clock: scaledClock(10), images: { "old.img": Buffer.from("old") }, power: true });
}

/** What comes out of a node that uses a file. */
async function use({ type, inputs, message, overrides }: Use, file: string, filesFrom?: string): Promise<Answer> {
  const settings = filesFrom === undefined ? {} : { filesFrom };
  const made = node(type, { ...fields(inputs), ...overrides?.(file) });
  await red.deploy(flow(device(simulator, settings), made));
  red.forget();
  if (message) red.send("node", message(file));
  return until(() => red.at("result")[0] ?? red.at("error")[0]);
}

const errorOf = (answer: Answer): Answer => {
  assert.ok(answer["error"], JSON.stringify(answer));
  return answer["error"] as Answer;
};

for (const [what, used] of Object.entries(USES))
  describe(what, () => {
    test("what is no file is refused at once, and is there as it was", async (t) => {
      await start();
      const place = await mkdtemp(path.join(folder, "special-"));
      const special = await specialFiles(place, t);
      // Pipes often enough to take all threads that Node.js has for files: the last one would wait for ever.
      const pipes = special.filter(([, called]) => called.test("named pipe"));
      for (const [file, called] of [...special, ...pipes, ...pipes]) {
        const { ino, mode } = await lstat(file);
        const { name, message } = errorOf(await use(used, file));
        if (called.test("a folder") && !used.reads) assert.match(String(name), /^(ConfigurationError|PiKVMError)$/);
        else {
          assert.equal(name, "ConfigurationError", file);
          assert.match(String(message), called);
        }
        const now = await lstat(file);
        assert.deepEqual([now.ino, now.mode], [ino, mode], file);
      }
      assert.equal((await readdir(place)).length, special.length - 2, "nothing half written is left");
    });

    test("Files from: what is below it is used, relative to it too, and nothing else", async () => {
      await start();
      const top = await mkdtemp(path.join(folder, "from-"));
      const root = path.join(top, "allowed");
      await mkdir(path.join(root, "sub"), { recursive: true });
      await mkdir(path.join(top, "other"));
      for (const name of ["allowed/a.json", "allowed/sub/a.json", "other/a.json"])
        await writeFile(path.join(top, name), JSON.stringify(TAP));
      await symlink(path.join(top, "other"), path.join(root, "way-out"));
      await symlink(path.join(top, "other/a.json"), path.join(root, "out.json"));
      for (const file of ["a.json", "sub/a.json", path.join(root, "a.json")])
        assert.equal((await use(used, file, root))["error"], undefined, file);
      const outside = ["../other/a.json", "sub/../../other/a.json", "way-out/a.json", path.join(top, "other/a.json")];
      // Where it is written it is replaced.
      if (used.reads) outside.push("out.json");
      for (const file of outside) {
        const { name, code, message } = errorOf(await use(used, file, root));
        assert.deepEqual([name, code], ["ConfigurationError", "OUTSIDE"], file);
        assert.match(String(message), /Files from/);
      }
      assert.deepEqual(await readdir(path.join(top, "other")), ["a.json"]);
      assert.equal((await use(used, path.join(top, "other/a.json")))["error"], undefined, "anywhere, as before");
    });
  });
