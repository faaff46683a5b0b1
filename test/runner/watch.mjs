import { watch as onChange } from "node:fs";
import path from "node:path";
import { SOURCES } from "../../src/demo/setup.mjs";
import { ROOT } from "./files.mjs";

/** An editor that saves writes more than once. Milliseconds. */
const SAVED = 100;

/** Calls `work` now and again after each change of a source, one call at a time. Never resolves: the user ends it. */
export async function watch(work) {
  let changed;
  let change = new Promise((resolve) => (changed = resolve));
  for (const source of SOURCES)
    onChange(path.join(ROOT, source), { recursive: true }, (_event, file) => {
      if (!file?.endsWith("weights.json")) changed();
    });
  for (;;) {
    await work();
    console.log("\nwaiting for a change ... (Ctrl-C ends it)");
    await change;
    await new Promise((resolve) => setTimeout(resolve, SAVED));
    change = new Promise((resolve) => (changed = resolve));
  }
}
