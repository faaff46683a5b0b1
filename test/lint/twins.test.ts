import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

interface Check {
  twinsIn: (files: Iterable<readonly [file: string, text: string]>) => string[];
}

/** Checks files of these contents, named a.ts, b.ts and so on. */
async function twinsIn(...contents: string[]): Promise<string[]> {
  const check = path.resolve(__dirname, "../../../test/lint/twins.mjs");
  const { twinsIn } = (await import(pathToFileURL(check).href)) as Check; // see there
  return twinsIn(contents.map((content, index) => [`${"abc".charAt(index)}.ts`, content]));
}

const LIST = 'export const BUTTONS = ["power", "power_long", "reset"] as const;';
const TWINS: Record<string, string> = {
  "the same list": 'const names = ["power", "power_long", "reset"];',
  "the same list in another order": 'const names = new Set(["reset", "power", "power_long"]);',
  "a union of the same names": 'type Name = "power" | "power_long" | "reset";',
  "a union inside of a type": 'interface Click { button: ("power" | "reset" | "power_long") | null }',
};

for (const [title, twin] of Object.entries(TWINS))
  test(`${title} in another file is a twin`, async () => {
    assert.deepEqual(await twinsIn(LIST, `\n${twin}`), ['a.ts:1 and b.ts:2: "power", "power_long", "reset"']);
  });

test("all files of one list are named in one line", async () => {
  assert.deepEqual(await twinsIn(LIST, LIST, LIST), ['a.ts:1 and b.ts:1 and c.ts:1: "power", "power_long", "reset"']);
});

test("the same pattern in another file is a twin", async () => {
  assert.deepEqual(await twinsIn("const address = /^[0-9a-f:]*$/i;", "check(/^[0-9a-f:]*$/i.test(text));"), [
    "a.ts:1 and b.ts:1: /^[0-9a-f:]*$/i",
  ]);
});

const NO_TWINS: Record<string, readonly [string, string]> = {
  "a list with one name more": [LIST, 'const names = ["power", "power_long", "reset", "none"];'],
  "two names only": ['const on = ["on", "off"];', 'type Flag = "on" | "off";'],
  "a list of more than names": ['const all = ["a", "b", "c", other];', 'const all = ["a", "b", "c", other];'],
  "a pattern for white space": ["text.split(/\\s+/);", "text.split(/\\s+/);"],
  "patterns with other flags": ["const a = /^[0-9a-f:]*$/i;", "const b = /^[0-9a-f:]*$/u;"],
  "a list that stands twice in one file": [`${LIST}\ntype Name = "power" | "power_long" | "reset";`, ""],
  "an import of the list": [LIST, 'import { BUTTONS } from "./a";\nconst names = new Set(BUTTONS);'],
};

for (const [title, contents] of Object.entries(NO_TWINS))
  test(`${title}: no twin`, async () => {
    assert.deepEqual(await twinsIn(...contents), []);
  });
