import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { errorKinds, PiKVMError } from "../../src/client";
import * as client from "../../src/client";
import { CHECKOUT } from "../harness/node-red";
import { schemaOf } from "../harness/schemas";
import { MANIFEST, NODE_SETS } from "./tarball";

// What stands once for all nodes, in docs/, and the ways to it.

const read = (file: string): string => readFileSync(path.join(CHECKOUT, file), "utf8");
const filesIn = (folder: string, end: string): string[] =>
  readdirSync(path.join(CHECKOUT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(end))
    .map((file) => path.join(folder, file));

const LANGUAGES = readdirSync(path.join(CHECKOUT, "nodes/locales"));
const PAGES = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", ...filesIn("docs", ".md")];

/** The anchors that the headings of a page have, as GitHub makes them. */
const anchorsOf = (page: string): string[] =>
  [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

/** Why a link of the file cannot be followed; undefined when it can. */
function dead(link: string, file: string): string | undefined {
  const [target = "", anchor] = link.split("#");
  const place = target === "" ? file : path.join(path.dirname(file), target);
  if (!existsSync(path.join(CHECKOUT, place))) return `${file}: there is no ${place}`;
  if (anchor === undefined || anchorsOf(read(place)).includes(anchor)) return undefined;
  return `${file}: ${place} has no heading #${anchor}`;
}

test("every link inside of the documentation leads somewhere", () => {
  const found = PAGES.flatMap((file) => {
    const text = read(file).replaceAll(/^```.*?^```/gms, "").replaceAll(/`[^`]*`/g, ""); // prettier-ignore
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
    return links.filter((link) => !/^[a-z]+:/.test(link)).map((link) => dead(link, file));
  });
  assert.ok(found.length > 30);
  assert.deepEqual(
    found.filter((reason) => reason !== undefined),
    [],
  );
});

for (const lang of LANGUAGES) {
  test(`every link of the help in ${lang} leads into docs/, at an address that a browser can open`, () => {
    const helps = filesIn(`nodes/locales/${lang}`, ".html");
    for (const file of helps) {
      for (const [, link = ""] of read(file).matchAll(/href="(?!https:\/\/)([^"]*)"/g))
        assert.equal(dead(link.replace("__name__", "gpio"), "README.md"), undefined, file);
    }
    for (const name of NODE_SETS) {
      const links = [...read(`dist/nodes/locales/${lang}/${name}.html`).matchAll(/href="([^"]*)"/g)];
      assert.ok(links.length > 2, name);
      for (const [, link = ""] of links) assert.match(link, /^https:\/\//, name);
    }
  });
}

test("the links of a help lead to the repository, or to the package where there is none", async () => {
  const build = path.join(CHECKOUT, "src/build/docs.mjs");
  const { docsAt } = (await import(build)) as { docsAt: (manifest: object) => (page: string) => string }; // a function of it
  assert.equal(docsAt({ name: "some" })("errors.md"), "https://www.npmjs.com/package/some");
  const repository = { type: "git", url: "git+https://example.org/somebody/some.git" };
  assert.equal(docsAt({ repository })("errors.md"), "https://example.org/somebody/some/blob/HEAD/docs/errors.md");
  const shown = read("dist/nodes/locales/en-US/gpio.html");
  assert.ok(shown.includes(`href="${docsAt(MANIFEST)("nodes/gpio.md")}"`));
});

test("every node has a page, which docs/README.md names", () => {
  for (const name of NODE_SETS) {
    assert.match(read(`docs/nodes/${name}.md`), new RegExp(`^# ${name}\n\n.{20}`));
    assert.ok(read("docs/README.md").includes(`(nodes/${name}.md)`), name);
  }
});

const ERRORS = read("docs/errors.md");

test("docs/errors.md names every error that there is", () => {
  const names = Object.entries(client)
    .filter(([, what]) => what === PiKVMError || (what as { prototype?: unknown }).prototype instanceof PiKVMError)
    .map(([name]) => name);
  assert.ok(names.includes("BusyError") && errorKinds(new PiKVMError("")).length === 1);
  for (const name of names) assert.match(ERRORS, new RegExp(`^\\| \`${name}\` `, "m"), name);
});

test("docs/errors.md explains every code that is written somewhere in the code, and no other of ours", () => {
  const code = ["src/client", "src/runtime", "src/actions", "nodes"].flatMap((folder) => filesIn(folder, ".ts")).map(read).join("\n"); // prettier-ignore
  const written = [...code.matchAll(/(?:\bcode: |\bcode = |[A-Z_]+ = )"([A-Z][A-Z0-9_]{1,30})"/g)].map(([, name = ""]) => name); // prettier-ignore
  const [, byCode = ""] = /const BY_CODE[^{]*\{(.*?)\n\};/s.exec(read("src/runtime/failure-words.ts")) ?? [];
  const shown = [...byCode.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map(([, name = ""]) => name);
  assert.ok(written.length > 40 && shown.length > 30);
  const explained = new Set([...ERRORS.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name = ""]) => name));
  const missing = [...new Set([...written, ...shown])].filter((name) => !explained.has(name));
  assert.deepEqual(missing, []);
  const ours = [...explained].filter((name) => !/^(E[A-Z]+|HTTP_.*|ERR_.*|UND_.*|PROXY_.*|WS_.*|.*CERT.*|HOSTNAME_.*)$/.test(name)); // prettier-ignore
  assert.deepEqual(
    ours.filter((name) => !code.includes(`"${name}"`) && !shown.includes(name)),
    [],
  );
});

/** What somebody reads: between tags, marks alone are no words. */
const wordsIn = (html: string): number =>
  html
    .replaceAll(/<!--.*?-->|<[^>]*>|&#10;/gs, " ")
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

for (const name of NODE_SETS) {
  test(`the help of ${name} is at most 450 words, begins with a sentence, and shows messages before all else`, () => {
    const help = read(`dist/nodes/locales/en-US/${name}.html`);
    assert.ok(wordsIn(help) <= 450, `${wordsIn(help)} words`);
    assert.match(help, /^<script [^>]*>\n {2}<p>[A-Z][^<]{20,}[.]<\/p>\n/);
    const chapters = [...help.matchAll(/<h3>([^<]+)<\/h3>/g)].map(([, chapter]) => chapter);
    const { role } = schemaOf(name);
    const inputs = role === "action" ? ["Inputs"] : [];
    const expected = role === "device" ? ["Properties"] : ["Examples", ...inputs, "Outputs", "Fields", "Details", "Errors"]; // prettier-ignore
    assert.deepEqual(chapters.slice(0, expected.length), expected);
  });
}
