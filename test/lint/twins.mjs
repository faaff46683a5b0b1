/**
 * `node test/lint/twins.mjs [folder or file ...]`: fails when the same list of names, or the same pattern, stands in
 * two files. Of two such lists one is forgotten when a name comes; both belong into one vocabulary. The order does not
 * matter, nor whether it is an array or a union of types. The simulator and the tests are left out: they know the
 * device from elsewhere than the client, so that one mistake does not hide in both.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

const PLACES = ["src/client", "src/runtime", "src/editor", "src/schema", "src/actions", "nodes"];
const ENOUGH_NAMES = 3;
/** Shorter patterns, as for white space, are no knowledge. */
const ENOUGH_PATTERN = 12;

if (process.argv[1] === import.meta.filename) {
  const places = process.argv.length > 2 ? process.argv.slice(2) : PLACES;
  const twins = twinsIn(places.flatMap(filesOf).map((file) => [file, readFileSync(file, "utf8")]));
  for (const twin of twins) console.error(twin);
  if (twins.length > 0) console.error(`\n${twins.length} twins: each belongs into one file that the others import`);
  process.exitCode = twins.length > 0 ? 1 : 0;
}

/**
 * @param {Iterable<[file: string, text: string]>} files
 * @returns {string[]} For each twin the places where it stands, and what it holds.
 */
export function twinsIn(files) {
  /** @type {Map<string, Map<string, string>>} Of each content the files that hold it, with the line. */
  const found = new Map();
  for (const [file, text] of files)
    for (const [content, line] of contentsOf(file, text)) {
      const places = found.get(content) ?? new Map();
      if (!places.has(file)) places.set(file, `${file}:${line}`);
      found.set(content, places);
    }
  const twins = [...found].filter(([, places]) => places.size > 1);
  return twins.map(([content, places]) => `${[...places.values()].join(" and ")}: ${content}`);
}

function filesOf(place) {
  if (!statSync(place).isDirectory()) return [place];
  const names = readdirSync(place, { recursive: true }).filter((name) => name.endsWith(".ts"));
  return names.sort().map((name) => path.join(place, name));
}

function contentsOf(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const contents = [];
  const visit = (node) => {
    const content = contentOf(node, source);
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    if (content !== undefined) contents.push([content, line + 1]);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return contents;
}

function contentOf(node, source) {
  if (ts.isArrayLiteralExpression(node)) return listOf(node.elements);
  if (ts.isUnionTypeNode(node))
    return listOf(node.types.map((type) => (ts.isLiteralTypeNode(type) ? type.literal : type)));
  if (!ts.isRegularExpressionLiteral(node)) return undefined;
  const pattern = node.getText(source);
  return pattern.length < ENOUGH_PATTERN ? undefined : pattern;
}

/** undefined unless it is a list of names only. */
function listOf(nodes) {
  if (nodes.length < ENOUGH_NAMES || !nodes.every(ts.isStringLiteralLike)) return undefined;
  return [...new Set(nodes.map(({ text }) => JSON.stringify(text)))].sort().join(", ");
}
