/**
 * One transfer in a process of its own, so that nothing else is in its memory; tells its parent what it cost.
 * Arguments: who (client, undici), what (upload, upload-unknown, download), the device's address, bytes.
 */
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { request } from "undici";
import pikvm from "../../dist/src/client/index.js";
import { HEADERS, LOGIN } from "./login.mjs";
import { weighed } from "./measure.mjs";

const [who, what, url, size] = process.argv.slice(2);
const bytes = Number(size);
const PIECE = Buffer.alloc(64 * 1024, 7);

function* image() {
  for (let left = bytes; left > 0; left -= PIECE.length) yield PIECE.subarray(0, left);
}

/** Takes everything and keeps nothing. */
function sink() {
  let received = 0;
  const stream = new Writable({
    write(chunk, _, done) {
      received += chunk.length;
      done();
    },
  });
  return { stream, received: () => received };
}

const kvm = await new pikvm.PiKVM({ address: url, ...LOGIN }).open();

const WORK = {
  client: {
    upload: (known) => kvm.msd.upload("up.img", source(), known ? { size: bytes } : {}).then(({ written }) => written),
    async download() {
      const { stream, received } = sink();
      await pipeline((await kvm.msd.download("big.img")).stream, stream);
      return received();
    },
  },
  undici: {
    async upload(known) {
      const headers = { ...HEADERS, ...(known ? { "Content-Length": size } : {}) };
      const answer = await request(`${url}/api/msd/write?image=up.img`, { method: "POST", headers, body: source() });
      return (await answer.body.json()).result.image.written;
    },
    async download() {
      const { stream, received } = sink();
      await pipeline((await request(`${url}/api/msd/read?image=big.img`, { headers: HEADERS })).body, stream);
      return received();
    },
  },
};

function source() {
  return Readable.from(image(), { objectMode: false });
}

// The connection and what is compiled for any call are there before.
if (who === "client") await kvm.atx.getState();
else await (await request(`${url}/api/atx`, { headers: HEADERS })).body.json();

let moved;
const cost = await weighed(async () => {
  moved = await (what === "download" ? WORK[who].download() : WORK[who].upload(what === "upload"));
});
if (moved !== bytes) throw new Error(`${moved} of ${bytes} bytes were moved`);
process.send(cost);
process.disconnect();
await kvm.close();
process.exit();
