import { parseArgs } from "node:util";

const USAGE = `npm test -- [what ...] [-t "part of a test's name"] [--watch] [--record-weights]
  what              a folder of test/, a part of a file's name, or the path of a file; without any, everything on both lines of Node-RED
  -t, --name        only the tests with this in their name
  -w, --watch       again whenever a source changes
  --record-weights  notes how long each file took, for the order of the next run`;

/** What the command line asks for. Ends the process when that cannot be understood. */
export function readOptions(args = process.argv.slice(2)) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        name: { type: "string", short: "t" },
        watch: { type: "boolean", short: "w", default: false },
        "record-weights": { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return leave(USAGE, 0);
    return { words: positionals, name: values.name, watching: values.watch, recording: values["record-weights"] };
  } catch (error) {
    return leave(`${error.message}\n\n${USAGE}`, 1);
  }
}

function leave(text, code) {
  console.log(text);
  process.exit(code);
}
