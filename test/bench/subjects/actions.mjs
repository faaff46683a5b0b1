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
  return ["plain", "tls"].flatMap((way) => {
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

export async function prepare({ checkout, stub }) {
  const nodeRed = await startNodeRed(checkout, referenceNodes);
  const harness = await import(path.join(checkout, "dist/test/harness/flows.js"));
  const { device, fields, node } = harness.default;
  const state = fields({ action: ["choice", "state"] });
  const flow = ["plain", "tls"].flatMap((way) => {
    const url = stub[way];
    const isSecure = way === "tls";
    const common = { z: "tab", x: 0, y: 0, wires: [[`sink ${way}`]] };
    const trust = isSecure ? {} : { trust: "none" };
    return [
      device({ url, fingerprint: stub.fingerprint }, { id: `device ${way}`, ...trust }),
      ...["node", "hops", "core"].map((id) => ({
        ...common,
        id: `${id} source ${way}`,
        type: "bench-source",
        wires: [[`${id} ${way}`]],
      })),
      node("pikvm-atx-power", {
        id: `node ${way}`,
        device: `device ${way}`,
        ...state,
        wires: [[`sink ${way}`], ["failed"]],
      }),
      { ...common, id: `hops ${way}`, type: "bench-fetch", url, path: PATH, ca: isSecure ? stub.ca : undefined },
      { ...common, id: `core ${way}`, ...httpRequest(url + PATH), tls: isSecure ? "ca" : "" },
      { ...common, id: `sink ${way}`, type: "bench-sink", wires: [] },
    ];
  });
  const files = { cert: "", key: "", ca: "" };
  const authority = {
    id: "ca",
    type: "tls-config",
    ...files,
    verifyservercert: true,
    credentials: { cadata: stub.ca },
  };
  await nodeRed.deploy([authority, ...flow, { id: "failed", type: "bench-sink", z: "tab", x: 0, y: 0, wires: [] }]);
  const through = (name) => {
    return async ({ way, ...options }) => {
      const source = nodeRed.node(`${name} source ${way}`);
      const waiting = [];
      nodeRed.hear(`sink ${way}`, ({ payload }) => {
        const { resolve, reject } = waiting.shift();
        // Core's node sends its errors on as text.
        if (typeof payload === "object") resolve();
        else reject(new Error(payload));
      });
      nodeRed.hear("failed", ({ error }) => waiting.shift().reject(new Error(error.message)));
      const one = () => {
        const { promise, ...settle } = withResolvers();
        waiting.push(settle);
        source.begin({ payload: "" });
        return promise;
      };
      return repeated(one, options);
    };
  };
  const pools = { plain: poolOf(stub.plain), tls: poolOf(stub.tls, stub.ca) };
  return {
    node: through("node"),
    hops: through("hops"),
    core: through("core"),
    pool: ({ way, ...options }) => repeated(() => resultFrom(pools[way], PATH), options),
  };
}

function httpRequest(url) {
  return { type: "http request", method: "GET", ret: "obj", url, persist: false, senderr: false };
}

/** `Promise.withResolvers` is newer than Node 20. */
function withResolvers() {
  let settle;
  const promise = new Promise((resolve, reject) => (settle = { resolve, reject }));
  return { promise, ...settle };
}
