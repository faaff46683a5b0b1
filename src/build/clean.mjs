// Before a build: the output of a source that is gone must not stay, or it would be published.
// With --gone only such output goes, and the rest is there for the compiler to see what has changed.
import { existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");
const dist = path.join(root, "dist");

if (process.argv.includes("--gone")) {
  for (const folder of ["nodes", "src", "test"]) removeGone(folder);
} else {
  for (const built of [dist, path.join(root, "resources")]) rmSync(built, { recursive: true, force: true });
}

function removeGone(folder) {
  const place = path.join(dist, folder);
  if (!existsSync(place)) return;
  for (const file of readdirSync(place, { recursive: true })) {
    const [, source] = /^(.*)(?:\.js|\.d\.ts)$/.exec(file) ?? [];
    if (source !== undefined && !existsSync(path.join(root, folder, `${source}.ts`))) rmSync(path.join(place, file));
  }
}
