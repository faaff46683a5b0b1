import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fieldsOf } from "../../src/schema/node";
import { CHECKOUT } from "../harness/node-red";
import { schemaOf } from "../harness/schemas";
import { NODE_SETS } from "./tarball";
import { readWords } from "./words";

const LANGUAGES = readdirSync(path.join(CHECKOUT, "nodes/locales"));
const COMMON = "device";

const read = (file: string): string => readFileSync(path.join(CHECKOUT, file), "utf8");
const sources = (folder: string, pattern = /\.ts$/): string[] =>
  readdirSync(path.join(CHECKOUT, folder))
    .filter((file) => pattern.test(file))
    .map((file) => read(path.join(folder, file)));

/** What runs in the editor: of all dialogs, and of the dialog of a node. */
const SHARED = sources("src/editor");
const codeOf = (name: string): string[] => sources(path.join("nodes", name), /^(editor|schema).*\.ts$/);

const summaries = NODE_SETS.map((name) => path.join("nodes", name, "reached.ts")).filter((file) =>
  existsSync(path.join(CHECKOUT, file)),
);
/** What is shown when Node-RED runs. */
const ALL_RUNTIME = [...sources("src/runtime"), ...summaries.map(read)].join("\n");

/** Catalogue and key of each word that is asked for by its full name. */
function* wordsAskedFor(name: string): Generator<[catalogue: string, key: string]> {
  for (const [, reference = ""] of read(`dist/nodes/${name}.html`).matchAll(/data-i18n="(?:\[[\w-]+\])?([^"]+)"/g)) {
    const [, set = name, key = ""] = /^(?:.+\/([\w-]+):)?(.+)$/.exec(reference) ?? [];
    yield [set, key];
  }
  const shared = SHARED.filter((code) => code.includes(`wordsOf("${name}")`));
  for (const code of [...codeOf(name), ...shared])
    for (const [, key = ""] of code.matchAll(/\bwords\("([^"]+)"/g)) yield [name, key];
  for (const code of [...codeOf(name), ...SHARED])
    for (const [, key = ""] of code.matchAll(/\bcommon\("([^"]+)"/g)) yield [COMMON, `common.${key}`];
  for (const [field, { hint, ...kind }] of fieldsOf(schemaOf(name))) {
    // Some have a label for each value of another field, and each has one.
    yield [name, `label.${field}`];
    if (kind.kind !== "choice") continue;
    const [catalogue = name, key = field] = kind.words?.split(":") ?? [];
    for (const value of kind.choices) {
      yield [catalogue, `${key}.${value}`];
      if (hint === "each") yield [name, `hint.${field}.${value}`];
    }
  }
}

/** Whether a key, or the text around one part of it that is put in when it runs, is somewhere in the code. */
function isUsed(key: string, code: string): boolean {
  const names = [key, key.replace(/^common\./, "")];
  if (names.some((name) => code.includes(`"${name}"`) || code.includes(`:${name}"`))) return true;
  return names.some((name) => {
    const [last = "", ...rest] = name.split(".").reverse();
    const put = code.includes(`\`${rest.reverse().join(".")}.\${`);
    return put && (code.includes(`"${last}"`) || code.includes(`${last}:`));
  });
}

test("every word that is asked for is there", () => {
  for (const name of NODE_SETS)
    for (const [catalogue, key] of wordsAskedFor(name))
      assert.ok(readWords("en-US", catalogue).has(key), `${catalogue}.json has no ${key}, used by ${name}`);
});

test("every word is used", () => {
  const everything = [ALL_RUNTIME, ...SHARED, ...NODE_SETS.flatMap(codeOf)].join("\n");
  for (const name of NODE_SETS) {
    const asked = new Set(NODE_SETS.flatMap((set) => [...wordsAskedFor(set)]).map(([at, key]) => `${at}:${key}`));
    const code = name === COMMON ? everything : [...SHARED, ...codeOf(name)].join("\n");
    const unused = [...readWords("en-US", name).keys()].filter((key) => !asked.has(`${name}:${key}`) && !isUsed(key, code)); // prettier-ignore
    assert.deepEqual(unused, [], name);
  }
});

for (const lang of LANGUAGES) {
  test(`${lang} has the words of en-US for every node, and its help`, () => {
    for (const name of NODE_SETS) {
      assert.deepEqual([...readWords(lang, name).keys()].sort(), [...readWords("en-US", name).keys()].sort());
      const help = read(`dist/nodes/locales/${lang}/${name}.html`);
      assert.ok(help.startsWith(`<script type="text/html" data-help-name="pikvm-${name}">`), `help of ${name}`);
    }
  });
}
