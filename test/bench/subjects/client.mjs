/** The client alone, without Node-RED: it reads the state of the power buttons. */
import path from "node:path";
import { repeated } from "../measure.mjs";
import { poolOf, resultFrom } from "../reference-nodes.mjs";

export const title = "The client alone";

const PATH = "/api/atx";

export function rows({ short }) {
  const count = short ? 3000 : 12_000;
  const row = (text, options) => ({
    title: `state read by the client, ${text}`,
    measured: ["client", options],
    against: [{ title: "undici Pool", job: ["pool", options], ratios: { rate: { least: 0.85 }, cpu: { most: 1.2 } } }],
  });
  return [row("16 at once", { count, atOnce: 16 }), row("one at a time", { count: count / 3, atOnce: 1 })];
}

export async function prepare({ checkout, stub }) {
  const { PiKVM } = (await import(path.join(checkout, "dist/src/client/index.js"))).default;
  const kvm = await new PiKVM({ address: stub.plain, user: "admin", password: "admin" }).open();
  const pool = poolOf(stub.plain);
  return {
    client: (options) => repeated(() => kvm.atx.getState(), options),
    pool: (options) => repeated(() => resultFrom(pool, PATH), options),
  };
}
