/** Runs test files in this one process, in turn. Their tests are known before the first one runs. */
import { createRequire } from "node:module";
import process from "node:process";

const require = createRequire(import.meta.url);
for (const file of process.argv.slice(2)) require(file);
