/** One message that reads the state of the power buttons, through a node and without it. */
import path from "node:path";
import { poolOf, referenceNodes, resultFrom } from "../reference-nodes.mjs";
import { startNodeRed } from "../node-red.mjs";
import { repeated } from "../measure.mjs";

export const title = "Actions";

const PATH = "/api/atx";

export function rows({ short }) {
  const count = short ? 1500 : 6000;
  const many = { count, atOnce: 16 };
  const one = { count: count / 3, atOnce: 1 };
  const POOL = "undici Pool, two hops";
  return WAYS.flatMap((way) => {
    const over = way === "plain" ? "plain" : "TLS, pinned";
    const job = (work, options) => [work, { way, ...options }];
    return [
      {
        title: `state read through a node, 16 at once, ${over}`,
        measured: job("node", many),
        against: [
          { title: POOL, job: job("hops", many), ratios: { rate: { least: 0.6 }, cpu: {} } },
          {
            title: "core http request",
            job: job("core", { ...many, count: count / 3 }),
            ratios: { rate: { least: way === "plain" ? 6 : 15 }, cpu: {} },
          },
        ],
      },
      {
        title: `the same, one at a time, ${over}`,
        measured: job("node", one),
        against: [
          { title: "undici Pool", job: job("pool", one), ratios: { p50: { most: 1.8 } } },
          { title: POOL, job: job("hops", one), ratios: { p50: {}, cpu: {} } },
        ],
      },
    ];
  });
}

const WAYS = ["plain", "tls"];
/** Who does the work: this package's node, undici in a node of two hops, core's node. */
const NODES = ["node", "hops", "core"];
const PLACE = { z: "tab", x: 0, y: 0 };

export async function prepare({ checkout, stub }) {
  const nodeRed = await startNodeRed(checkout, referenceNodes);
  const harness = (await import(path.join(checkout, "dist/test/harness/flows.js"))).default;
  await nodeRed.deploy([
    authority(stub.ca),
    ...WAYS.flatMap((way) => flowOver(way, harness, stub)),
    { id: "failed", type: "bench-sink", ...PLACE, wires: [] },
  ]);
  const waiting = [];
  const settle = ({ payload, error }) => {
    const { resolve, reject } = waiting.shift();
    // Core's node sends its errors on as text.
    if (typeof payload === "object") resolve();
    else reject(new Error(error?.message ?? payload));
  };
  for (const sink of [...WAYS.map((way) => `sink ${way}`), "failed"]) nodeRed.hear(sink, settle);
  const through = (name) => {
    return ({ way, ...options }) => {
      const source = nodeRed.node(`${name} source ${way}`);
      const one = () =>
        new Promise((resolve, reject) => {
          waiting.push({ resolve, reject });
          source.begin({ payload: "" });
        });
      return repeated(one, options);
    };
  };
  const pools = { plain: poolOf(stub.plain), tls: poolOf(stub.tls, stub.ca) };
  return {
    ...Object.fromEntries(NODES.map((name) => [name, through(name)])),
    pool: ({ way, ...options }) => repeated(() => resultFrom(pools[way], PATH), options),
  };
}

function flowOver(way, { device, fields, node }, { [way]: url, ca, fingerprint }) {
  const isSecure = way === "tls";
  const trust = isSecure ? { fingerprint } : { trust: "none" };
  const source = (name) => ({
    id: `${name} source ${way}`,
    type: "bench-source",
    ...PLACE,
    wires: [[`${name} ${way}`]],
  });
  const wires = [[`sink ${way}`]];
  const request = { method: "GET", ret: "obj", persist: false, senderr: false, tls: isSecure ? "ca" : "" };
  return [
    ...NODES.map(source),
    device({ url }, { id: `device ${way}`, ...trust }),
    node("pikvm-atx-power", {
      id: `node ${way}`,
      device: `device ${way}`,
      ...fields({ action: ["choice", "state"] }),
      wires: [...wires, ["failed"]],
    }),
    { id: `hops ${way}`, type: "bench-fetch", url, path: PATH, ...(isSecure ? { ca } : {}), ...PLACE, wires },
    { id: `core ${way}`, type: "http request", url: url + PATH, ...request, ...PLACE, wires },
    { id: `sink ${way}`, type: "bench-sink", ...PLACE, wires: [] },
  ];
}

/** For core's node, which cannot pin a certificate. */
function authority(cadata) {
  return { id: "ca", type: "tls-config", cert: "", key: "", ca: "", verifyservercert: true, credentials: { cadata } };
}
