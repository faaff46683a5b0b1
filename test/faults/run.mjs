/**
 * `npm run faults`: the suites of this folder in their long form, one after the other. `-- --seed 7 --cases 500 twice`
 * runs the suites with that in their names, with that seed and so many cases each; `-- --only "hid-macro restart" table` only
 * cells of the table with these words in what they are called, `-- --seed 9 --cases 3000 --only "case 147" held` only the
 * cases of it with these figures in their numbers, `-- --part 2/4 table` the second of four parts. Figures are in
 * docs/reliability.md.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

const BUILT = path.resolve(import.meta.dirname, "../../dist/test/faults");
const ENDING = ".test.js";

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: "string" }, cases: { type: "string" }, only: { type: "string" }, part: { type: "string" } },
});
for (const [option, value] of Object.entries(values))
  if (option !== "only" && option !== "part" && !/^\d+$/.test(value))
    leave(`--${option} is a whole number, not "${value}"`);

const suites = readdirSync(BUILT).filter((file) => file.endsWith(ENDING)).map((file) => file.slice(0, -ENDING.length)); // prettier-ignore
const chosen = words.length === 0 ? suites : suites.filter((suite) => words.some((word) => suite.includes(word)));
if (chosen.length === 0) leave(`no suite is called so; there are ${suites.join(", ")}`);

const env = {
  ...process.env,
  FAULTS: "long",
  ...(values.seed && { FAULTS_SEED: values.seed }),
  ...(values.cases && { FAULTS_CASES: values.cases }),
  ...(values.part && { FAULTS_PART: values.part }),
  ...(values.only && { FAULTS_ONLY: values.only }),
};
for (const suite of chosen) {
  console.log(`\n== ${suite}`);
  const file = path.join(BUILT, `${suite}${ENDING}`);
  const { status } = spawnSync(process.execPath, ["--test-force-exit", "--test-reporter=spec", file], { env, stdio: "inherit" }); // prettier-ignore
  if (status !== 0) process.exitCode = 1;
}

function leave(message) {
  console.error(message);
  process.exit(2);
}
