/** What it costs that the package is there, in a fresh process in which nothing is deployed. */
import Module from "node:module";
import path from "node:path";
import { startNodeRed } from "../node-red.mjs";
import { MIB } from "../measure.mjs";

export const title = "Loading the package";

export function rows({ short }) {
  return [
    {
      title: "Node-RED starts, nothing deployed",
      fresh: true,
      warmUp: false,
      rounds: short ? 2 : 7,
      measured: ["start", { isThere: true }],
      against: [
        {
          title: "without the package",
          job: ["start", { isThere: false }],
          differences: { heap: { most: 4 }, rss: {}, start: {}, startCpu: {} },
        },
      ],
      absolute: { modules: { most: 30 } },
    },
  ];
}

export async function prepare({ checkout }) {
  return {
    async start({ isThere }) {
      const loading = timedModules(path.join(checkout, "dist") + path.sep);
      const start = performance.now();
      const cpu = process.cpuUsage();
      await startNodeRed(isThere ? checkout : undefined);
      const startCpu = milliseconds(process.cpuUsage(cpu));
      const figures = { start: performance.now() - start, startCpu, modules: loading.milliseconds };
      globalThis.gc();
      const { heapUsed, rss } = process.memoryUsage();
      return { ...figures, heap: heapUsed / MIB, rss: rss / MIB };
    },
  };
}

/**
 * Looks at how much time of the processor the modules of a folder take to load, with all that they need. The tests' own
 * are not of the package.
 */
function timedModules(folder) {
  const loading = { milliseconds: 0 };
  let isInside = false;
  const load = Module._load;
  Module._load = function (request, ...rest) {
    const isOurs = !isInside && request.startsWith(folder) && !request.startsWith(`${folder}test`);
    if (!isOurs) return load.call(this, request, ...rest);
    isInside = true;
    const before = process.cpuUsage();
    try {
      return load.call(this, request, ...rest);
    } finally {
      loading.milliseconds += milliseconds(process.cpuUsage(before));
      isInside = false;
    }
  };
  return loading;
}

const milliseconds = ({ user, system }) => (user + system) / 1000;
