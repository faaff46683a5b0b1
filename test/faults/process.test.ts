import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ChildNodeRed } from "../harness/child-node-red";
import { Works } from "./process-flow";
import type { Random } from "./random";
import { faults, type Outcome } from "./suite";

/** Node-RED's own limit for nodes that close, seconds: it says of each that has not by then. */
const LATE = /timed? ?out/i;

faults("a Node-RED that ends leaves nothing held, half done or done twice", { short: 2, long: 60 }, async (random, cases) => {
  const folder = await mkdtemp(path.join(tmpdir(), "pikvm-process-"));
  const works = await Works.start(path.join(folder, "files"));
  const counts = { cases: 0, "ended by SIGTERM": 0, "longest end by SIGTERM, s": 0, "ended by SIGKILL": 0, wrong: 0 };
  const wrong: string[] = [];
  let nodeRed = await ChildNodeRed.start({ userDir: folder });
  try {
    await nodeRed.deploy(works.flow);
    for (let number = 0; number < cases; number += 1) {
      const plan = planOf(number, random.branch());
      const { mistakes, next, seconds } = await tried(nodeRed, folder, works, plan);
      nodeRed = next;
      wrong.push(...mistakes.map((mistake) => `case ${number}, ${JSON.stringify(plan)}: ${mistake}`));
      counts.cases += 1;
      counts[`ended by ${plan.signal}`] += 1;
      if (plan.signal === "SIGTERM")
        counts["longest end by SIGTERM, s"] = Math.max(counts["longest end by SIGTERM, s"], Math.round(seconds));
    }
  } finally {
    await nodeRed.stop();
    await works.close();
    await rm(folder, { recursive: true, force: true });
  }
  counts.wrong = wrong.length;
  return { figures: counts, wrong } satisfies Outcome;
}); // prettier-ignore

interface Plan {
  signal: "SIGTERM" | "SIGKILL";
  /** Milliseconds from when all goes on. */
  after: number;
  /** Milliseconds before that in which a deploy begins, of all nodes. */
  deploy: number | undefined;
}

const planOf = (number: number, random: Random): Plan => ({
  signal: number % 2 === 0 ? "SIGTERM" : "SIGKILL",
  after: random.below(1500),
  deploy: random.next() < 0.3 ? random.below(1000) : undefined,
});

/** Lets a Node-RED end in the middle of everything, and starts the next one. */
async function tried(nodeRed: ChildNodeRed, userDir: string, works: Works, { signal, after, deploy }: Plan) {
  await nodeRed.inject("begin");
  await works.areUnderWay();
  await pause(after);
  if (deploy !== undefined) {
    nodeRed.deploy(works.flow).catch(() => undefined);
    await pause(deploy);
  }
  const begin = performance.now();
  const code = await nodeRed.end(signal);
  const seconds = (performance.now() - begin) / 1000;
  const mistakes = nodeRed.errors.filter(({ msg }) => LATE.test(msg)).map(({ msg }) => msg);
  if (signal === "SIGTERM" && code !== 0) mistakes.push(`it ended with ${code}`);
  mistakes.push(...(await works.held()).map((what) => `${what} stayed down`));
  works.forget();
  const next = await ChildNodeRed.start({ userDir });
  mistakes.push(...(await works.rest()));
  mistakes.push(...works.repeated.map((what) => `done after the start: ${what}`));
  mistakes.push(...(await works.held()).map((what) => `${what} is down after the start`));
  return { mistakes, next, seconds };
}
