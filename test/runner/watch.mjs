import { setTimeout as pause } from "node:timers/promises";
import { newestSource } from "../../src/demo/setup.mjs";

/** How often is looked whether a source has changed, in milliseconds. */
const LOOK_EVERY = 300;

/** Calls `work` now and again after each change of a source. Never resolves: the user ends it. */
export async function watch(work) {
  for (;;) {
    // Before the work: what changes meanwhile is seen too.
    const before = newestSource();
    await work();
    console.log("\nwaiting for a change (Ctrl-C ends it) ...");
    while (newestSource() === before) await pause(LOOK_EVERY);
  }
}
