/** The processes of the bench: the stand-in of the device, and those that are measured. */
import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const file = (name) => path.join(import.meta.dirname, name);

/** @returns its addresses; `close` ends it. */
export async function startStub() {
  const child = fork(file("stub.mjs"));
  const addresses = await answer(child);
  return { addresses, close: () => child.disconnect() };
}

/** @returns does a work of a subject in a process of its own, and answers with its figures. */
export async function startWorker(subject, context) {
  const profile = context.profiles === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${context.profiles}`];
  const child = fork(file("worker.mjs"), [subject, JSON.stringify(context)], { execArgv: ["--expose-gc", ...profile] });
  await answer(child);
  return {
    async run(work, options = {}) {
      child.send({ work, options });
      const { figures, error } = await answer(child);
      if (error !== undefined) throw new Error(error);
      return figures;
    },
    async close() {
      if (child.exitCode !== null) return;
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}

async function answer(child) {
  const given = new AbortController();
  try {
    const [message] = await Promise.race([once(child, "message", given), ended(child, given)]);
    return message;
  } finally {
    given.abort();
  }
}

async function ended(child, given) {
  const [code] = await once(child, "exit", given);
  throw new Error(`${path.basename(child.spawnargs[2] ?? child.spawnargs[1])} ended with ${code}`);
}
