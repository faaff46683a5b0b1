/** Pictures of 250 kB from the MJPEG stream. */
import path from "node:path";
import { timed } from "../measure.mjs";
import { poolOf } from "../reference-nodes.mjs";

export const title = "Video";

const PICTURE = 250_000;

export function rows({ short }) {
  const count = short ? 600 : 3000;
  const reading = { title: "undici, reading the bytes", job: ["bytes", { count }] };
  return [
    {
      title: "MJPEG, pictures of 250 kB",
      measured: ["pictures", { count }],
      against: [{ ...reading, ratios: { rate: { least: 0.85 }, cpu: {} } }],
    },
  ];
}

export async function prepare({ checkout, stub }) {
  const { PiKVM } = (await import(path.join(checkout, "dist/src/client/index.js"))).default;
  const kvm = await new PiKVM({ address: stub.plain, user: "admin", password: "admin" }).open();
  const pool = poolOf(stub.plain);
  const costOf = async (count, work) => {
    const { seconds, cpu } = await timed(work);
    return { rate: count / seconds, cpu: (cpu / count) * 1e6 };
  };
  return {
    pictures: ({ count }) =>
      costOf(count, async () => {
        let left = count;
        for await (const { image } of kvm.streamer.mjpeg()) {
          if (image.length !== PICTURE) throw new Error(`a picture of ${image.length} bytes`);
          left -= 1;
          if (left === 0) break;
        }
      }),
    bytes: ({ count }) =>
      costOf(count, async () => {
        let left = count * PICTURE;
        const { body } = await pool.request({ path: "/streamer/stream", method: "GET" });
        for await (const piece of body) {
          left -= piece.length;
          if (left <= 0) break;
        }
      }),
  };
}
