/**
 * Images to the device and from it. Each transfer has a process of its own, so that nothing else is in its memory; after
 * a first small one, since Node takes some tens of MiB for any.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { MIB, weighed } from "../measure.mjs";

export const title = "Transfers";

const FIRST = 64 * MIB;
const PIECE = Buffer.alloc(64 * 1024, 7);

export function rows({ short, hasCurl }) {
  const bytes = (short ? 256 : 1024) * MIB;
  const row = (text, what) => ({
    title: `${text} of ${bytes / MIB} MiB`,
    fresh: true,
    rounds: 3,
    measured: ["client", { what, bytes }],
    against: [
      { title: "undici", job: ["undici", { what, bytes }], ratios: { speed: { least: 1 }, busy: {} } },
      ...(hasCurl ? [{ title: "curl", job: ["curl", { what, bytes }], ratios: { speed: {} } }] : []),
    ],
    absolute: { growth: { most: 64, mustHold: true } },
  });
  return [row("upload", "upload"), row("upload, size unknown,", "unknown"), row("download", "download")];
}

export async function prepare({ checkout, stub }) {
  const { PiKVM } = (await import(path.join(checkout, "dist/src/client/index.js"))).default;
  const { request } = await import("undici");
  const kvm = await new PiKVM({ address: stub.plain, user: "admin", password: "admin" }).open();
  const write = `${stub.plain}/api/msd/write?image=image.img`;
  const read = (bytes) => `${stub.plain}/api/msd/read?image=${bytes}.img`;
  const sent = (bytes, headers = {}) => request(write, { method: "POST", headers, body: source(bytes) });
  const written = async (answer) => (await (await answer).body.json()).result.image.written;
  /** Each answers how many bytes were moved. */
  const WORK = {
    client: {
      upload: async (bytes) => (await kvm.msd.upload("image.img", source(bytes), { size: bytes })).written,
      unknown: async (bytes) => (await kvm.msd.upload("image.img", source(bytes))).written,
      download: async (bytes) => drained((await kvm.msd.download(`${bytes}.img`)).stream),
    },
    undici: {
      upload: (bytes) => written(sent(bytes, { "Content-Length": String(bytes) })),
      unknown: (bytes) => written(sent(bytes)),
      download: async (bytes) => drained((await request(read(bytes))).body),
    },
  };
  const inThisProcess = (who) => {
    return async ({ what, bytes }) => {
      for (const size of [FIRST, bytes]) {
        const cost = await weighed(async () => {
          const moved = await WORK[who][what](size);
          if (moved !== size) throw new Error(`${moved} of ${size} bytes were moved`);
        });
        if (size === bytes) {
          const { seconds, cpu, growth } = cost;
          return { speed: bytes / MIB / seconds, busy: (cpu / bytes) * 1024 * MIB, growth: growth.rss };
        }
      }
    };
  };
  return {
    client: inThisProcess("client"),
    undici: inThisProcess("undici"),
    async curl({ what, bytes }) {
      const folder = await mkdtemp(path.join(tmpdir(), "pikvm-bench-"));
      const image = path.join(folder, "image.img");
      await writeFile(image, "");
      await truncate(image, bytes);
      const options = { upload: ["-T", image, "-X", "POST", write], download: [read(bytes)] };
      const start = performance.now();
      const args = ["-sf", "-o", "/dev/null", ...(options[what] ?? ["-T", "-", "-X", "POST", write])];
      const curl = spawn("sh", ["-c", `curl "$@" < ${image}`, "curl", ...args], { stdio: "ignore" });
      const [code] = await once(curl, "exit");
      const seconds = (performance.now() - start) / 1000;
      await rm(folder, { recursive: true });
      if (code !== 0) throw new Error(`curl ended with ${code}`);
      return { speed: bytes / MIB / seconds };
    },
  };
}

/** Asynchronous, as what comes from a disk or a network. */
async function* image(bytes) {
  for (let left = bytes; left > 0; left -= PIECE.length) yield PIECE.subarray(0, left);
}

function source(bytes) {
  return Readable.from(image(bytes), { objectMode: false });
}

/** Takes everything and keeps nothing. @returns bytes. */
async function drained(stream) {
  let received = 0;
  const write = (chunk, _, done) => {
    received += chunk.length;
    done();
  };
  await pipeline(stream, new Writable({ write }));
  return received;
}
