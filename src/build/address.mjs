/**
 * `npm run address -- https://github.com/<owner>/<name>`: the one place where the address of the repository is set.
 * package.json gets `repository`, `bugs` and `homepage`, and the links and pictures of README.md lead there. It may be
 * set again, and to nothing with `npm run address -- none`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { format } from "oxfmt";
import { homeOf, readmeAt } from "./docs.mjs";

const [, , given = ""] = process.argv;
const home = given === "none" ? "" : given.replace(/(\.git)?\/*$/, "");
if (home !== "" && !/^https:\/\/[^/]+\/.+/.test(home)) throw new Error("npm run address -- https://…, or none");

const at = (file) => path.resolve(import.meta.dirname, "../..", file);
const read = (file) => readFileSync(at(file), "utf8");
const { repository, bugs, homepage, ...manifest } = JSON.parse(read("package.json"));

const readme = readmeAt(home, read("README.md"), homeOf({ repository }));
const links = {
  repository: { type: "git", url: `git+${home}.git` },
  bugs: { url: `${home}/issues` },
  homepage: `${home}#readme`,
};
const entries = Object.entries(manifest);
if (home !== "") entries.splice(entries.findIndex(([name]) => name === "license") + 1, 0, ...Object.entries(links));

// A table's columns are as wide as its links.
const { code } = await format("README.md", readme);
writeFileSync(at("README.md"), code);
writeFileSync(at("package.json"), `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
