/**
 * One transfer in a process of its own, so that nothing else is in its memory; tells its parent what it cost.
 * Arguments: who (client, undici), what (upload, upload-unknown, download), the device's address, bytes, bytes of a
 * transfer before it.
 */
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { request } from "undici";
import pikvm from "../../dist/src/client/index.js";
import { HEADERS, LOGIN } from "./login.mjs";
import { weighed } from "./measure.mjs";

const [who, what, url, size, first] = process.argv.slice(2);
const PIECE = Buffer.alloc(64 * 1024, 7);

/** Asynchronous, as what comes from a disk or a network. */
async function* image(bytes) {
  for (let left = bytes; left > 0; left -= PIECE.length) yield PIECE.subarray(0, left);
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

const kvm = await new pikvm.PiKVM({ address: url, ...LOGIN }).open();

/** Each answers how many bytes were moved. */
const WORK = {
  client: {
    async upload(name, bytes, options = { size: bytes }) {
      return (await kvm.msd.upload(name, source(bytes), options)).written;
    },
    download: async (name) => drained((await kvm.msd.download(name)).stream),
  },
  undici: {
    async upload(name, bytes, { size } = { size: bytes }) {
      const headers = { ...HEADERS, ...(size === undefined ? {} : { "Content-Length": String(size) }) };
      const to = `${url}/api/msd/write?image=${name}`;
      const answer = await request(to, { method: "POST", headers, body: source(bytes) });
      return (await answer.body.json()).result.image.written;
    },
    download: async (name) => drained((await request(`${url}/api/msd/read?image=${name}`, { headers: HEADERS })).body),
  },
};

function source(bytes) {
  return Readable.from(image(bytes), { objectMode: false });
}

async function transfer(name, bytes) {
  const { upload, download } = WORK[who];
  const sizeUnknown = what === "upload-unknown" ? [{}] : [];
  const moved = await (what === "download" ? download(name) : upload(name, bytes, ...sizeUnknown));
  if (moved !== bytes) throw new Error(`${moved} of ${bytes} bytes were moved`);
}

const cold = process.memoryUsage();
await transfer("first.img", Number(first));
const cost = await weighed(() => transfer("image.img", Number(size)));
const MIB = 1024 * 1024;
process.send({ ...cost, fromStart: cost.growth.rss + (cost.before.rss - cold.rss) / MIB });
process.disconnect();
await kvm.close();
process.exit();
