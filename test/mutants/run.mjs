/**
 * `npm run mutants`: breaks the client and the simulator in one line at a time and looks whether a test notices.
 * `npm run mutants -- lane link` breaks only what has one of the words in its file or reason. See README.md here.
 */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"; // prettier-ignore
import { tmpdir } from "node:os";
import path from "node:path";
import ts from "typescript";
import { setUp } from "../../src/demo/setup.mjs";
import { MUTANTS } from "./mutants.mjs";

const ROOT = path.resolve(import.meta.dirname, "../..");
const REPORTER = path.join(import.meta.dirname, "first-failure.mjs");
const WHOLE_REPORT = path.join(ROOT, "test/runner/whole-report.mjs");
/** Of all mutants so many must be caught. */
const WANTED = 0.9;
/** More than a folder takes in good health: what is not over then hangs, and that is noticed too. Seconds. */
const PATIENCE = 240;
/** Tests wait more than they compute. */
const AT_ONCE = 2;

const words = process.argv.slice(2);
const chosen = MUTANTS.filter(
  ({ file, why }) => words.length === 0 || words.some((word) => `${file} ${why}`.includes(word)),
);
const stale = chosen.filter(({ file, find }) => readFileSync(path.join(ROOT, file), "utf8").split(find).length !== 2);
for (const { file, find } of stale) console.error(`${file} does not have exactly once: ${find}`);
if (stale.length > 0 || chosen.length === 0) process.exit(1);

await setUp();
const scratch = mkdtempSync(path.join(tmpdir(), "pikvm-mutants-"));
/** Runs of tests, each a group of processes of its own, so that those of the single files end with it. */
const running = new Set();
process.on("exit", () => {
  for (const child of running) endGroup(child);
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(path.join(ROOT, "tsconfig.json"), ts.sys.readFile).config, ts.sys, ROOT); // prettier-ignore
const checkouts = Array.from({ length: AT_ONCE }, (_, index) => copyOfCheckout(index));

// What fails without a mutant says nothing about mutants.
const named = [...new Set(chosen.flatMap(({ tests }) => tests))];
const broken = await firstFailure(checkouts[0], filesOf(checkouts[0], named));
if (broken !== undefined) {
  console.error(`Without any mutant this fails: ${broken}`);
  process.exit(1);
}

const waiting = [...chosen.entries()];
const results = [];
await Promise.all(checkouts.map((checkout) => work(checkout)));
const survivors = results.filter(({ by }) => by === undefined);
console.log(`\n${results.length - survivors.length} of ${results.length} caught`);
for (const { mutant } of survivors) console.log(`survived: ${mutant.file}: ${mutant.why}`);
process.exitCode = survivors.length > results.length * (1 - WANTED) ? 1 : 0;

async function work(checkout) {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [index, mutant] = next;
    const by = await fate(checkout, mutant);
    results.push({ mutant, by });
    const verdict = by === undefined ? "SURVIVED" : "caught  ";
    console.log(`${String(index + 1).padStart(2)} ${verdict} ${mutant.file.slice("src/".length)}: ${mutant.why}`);
    if (by !== undefined) console.log(`            by: ${by}`);
  }
}

/** @returns the first test that noticed; undefined when none did. */
async function fate(checkout, mutant) {
  const compiled = path.join(checkout, "dist", mutant.file.replace(/\.ts$/, ".js"));
  const healthy = readFileSync(compiled);
  writeFileSync(compiled, compiledWith(mutant));
  try {
    // Those that are most likely to notice come first.
    const likely = filesOf(checkout, mutant.tests);
    const others = filesOf(checkout, [mutant.file.split("/")[1]]).filter((file) => !likely.includes(file));
    return (await confirmedFailure(checkout, likely)) ?? (await confirmedFailure(checkout, others));
  } finally {
    writeFileSync(compiled, healthy);
  }
}

/** Twice in a row: what fails once may have failed because the computer was busy. */
async function confirmedFailure(checkout, files) {
  return (await firstFailure(checkout, files)) && (await firstFailure(checkout, files));
}

function compiledWith({ file, find, replace }) {
  const source = readFileSync(path.join(ROOT, file), "utf8");
  // A function: a dollar sign in the replacement means nothing.
  const mutated = source.replace(find, () => replace);
  const { outputText, diagnostics } = ts.transpileModule(mutated, { compilerOptions: options, fileName: path.join(ROOT, file), reportDiagnostics: true }); // prettier-ignore
  if (diagnostics.length > 0) throw new Error(`${file}: "${replace}" is no TypeScript`);
  return outputText;
}

/** Runs test files until the first failure. @returns its name. */
function firstFailure(checkout, files) {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [`--import=${WHOLE_REPORT}`, "--test", "--test-force-exit", "--test-timeout=150000", `--test-reporter=${REPORTER}`, "--test-reporter-destination=stdout", ...files], // prettier-ignore
      { cwd: checkout, stdio: ["ignore", "pipe", "ignore"], detached: true },
    );
    running.add(child);
    const end = (result) => {
      clearTimeout(patience);
      running.delete(child);
      endGroup(child);
      resolve(result);
    };
    const patience = setTimeout(() => end("it hangs"), PATIENCE * 1000);
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
      // A file that breaks off as a whole is named by its place.
      if (output.includes("\n"))
        end(output.slice(0, output.indexOf("\n")).replace(/^.*[/\\](?=[\w-]+\.test\.js$)/, ""));
    });
    child.on("close", (code) => end(code === 0 ? undefined : "the run breaks off"));
  });
}

function endGroup({ pid }) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** @param names `client` for a whole folder, `client/lane` for one file. */
function filesOf(checkout, names) {
  return names.flatMap((name) => {
    const place = path.join(checkout, "dist/test", name);
    if (!existsSync(place)) return [`${place}.test.js`];
    return readdirSync(place).filter((file) => file.endsWith(".test.js")).map((file) => path.join(place, file)); // prettier-ignore
  });
}

/** What the tests need of a checkout, to be broken at will. */
function copyOfCheckout(index) {
  const checkout = path.join(scratch, String(index), "checkout");
  mkdirSync(checkout, { recursive: true });
  for (const part of [
    "src/client",
    "src/simulator",
    "test/client",
    "test/simulator",
    "test/harness",
    "test/recordings",
  ])
    cpSync(path.join(ROOT, "dist", part), path.join(checkout, "dist", part), { recursive: true });
  symlinkSync(path.join(ROOT, "node_modules"), path.join(checkout, "node_modules"), "junction");
  // Recordings, pictures, and what the compiler is asked about; nothing of it is broken.
  for (const part of ["src", "test"]) symlinkSync(path.join(ROOT, part), path.join(checkout, part), "junction");
  cpSync(path.join(ROOT, "tsconfig.json"), path.join(checkout, "tsconfig.json"));
  return checkout;
}
