/** Runs test files in this one process, in turn. Their tests are known before the first one runs. */
import { createRequire } from "node:module";
import { describe } from "node:test";
import path from "node:path";
import process from "node:process";
import { unfollow } from "./unfollowed.mjs";

const require = createRequire(import.meta.url);
const files = process.argv.slice(2);

if (files.length === 1) require(files[0]);
else {
  // What files share ends after the last of them.
  require("../../dist/test/harness/at-end.js").awaitEnd();
  // A file's hooks are for its own tests.
  for (const file of files) describe(path.basename(file, ".test.js"), () => require(file));
}
unfollow();
