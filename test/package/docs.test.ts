import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { errorKinds, PiKVMError } from "../../src/client";
import * as client from "../../src/client";
import { hasInput } from "../../src/schema/node";
import { CHECKOUT } from "../harness/node-red";
import { schemaOf } from "../harness/schemas";
import { MANIFEST, NODE_SETS } from "./tarball";

// What stands once for all nodes, in docs/, and the ways to it.

const read = (file: string): string => readFileSync(path.join(CHECKOUT, file), "utf8");
const filesIn = (folder: string, end: string): string[] =>
  readdirSync(path.join(CHECKOUT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(end))
    .map((file) => path.join(folder, file));

interface Addresses {
  homeOf: (manifest: object) => string;
  docsAt: (manifest: object) => (page: string) => string;
  readmeAt: (home: string, readme: string, before?: string) => string;
}
const addresses = import(path.join(CHECKOUT, "src/build/docs.mjs")) as Promise<Addresses>; // functions of it

const LANGUAGES = readdirSync(path.join(CHECKOUT, "nodes/locales"));
const PAGES = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", ...filesIn("docs", ".md")];

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

/** A page with links to files, not to where these are in the repository, which may be newer than what is here. */
async function pageOf(file: string): Promise<string> {
  const { homeOf, readmeAt } = await addresses;
  return file === "README.md" ? readmeAt("", read(file), homeOf(MANIFEST)) : read(file);
}

const linksIn = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link).filter((link) => !/^[a-z]+:/.test(link));

const picturesIn = (text: string): { alt: string; file: string }[] =>
  [...text.matchAll(/!\[([^\]]*)\]\(([^)\s]+)\)/g)].map(([, alt = "", file = ""]) => ({ alt, file }));

test("every link and picture inside of the documentation leads somewhere", async () => {
  const found: (string | undefined)[] = [];
  for (const file of PAGES) {
    const text = (await pageOf(file)).replaceAll(/^```.*?^```/gms, "").replaceAll(/`[^`]*`/g, "");
    found.push(...linksIn(text).map((link) => dead(link, file)));
  }
  assert.ok(found.length > 100);
  assert.deepEqual(
    found.filter((reason) => reason !== undefined),
    [],
  );
});

test("every picture is shown somewhere, says in words what is on it, and is small", async () => {
  const shown = new Set<string>();
  for (const page of PAGES) {
    for (const { alt, file } of picturesIn(await pageOf(page))) {
      assert.ok(alt.length > 20, `${page}: ${file} has no words`);
      shown.add(path.join(path.dirname(page), file));
    }
  }
  const files = readdirSync(path.join(CHECKOUT, "docs/pictures")).map((file) => path.join("docs/pictures", file));
  assert.deepEqual([...shown].sort(), files.sort());
  for (const file of files) {
    const { size } = statSync(path.join(CHECKOUT, file));
    assert.ok(size < (file.endsWith(".gif") ? 1_500_000 : 150_000), `${file}: ${size} bytes`);
  }
});

test("README.md is short, and leads to every node and story", async () => {
  const readme = await pageOf("README.md");
  assert.ok(Buffer.byteLength(readme) <= 7000, `${Buffer.byteLength(readme)} bytes`);
  const pages = [...NODE_SETS.map((name) => `docs/nodes/${name}.md`), ...filesIn("docs/cookbook", ".md")];
  for (const page of pages) assert.ok(readme.includes(`](${page})`), page);
});

test("every story has a page with its picture and the name of its example", () => {
  const examples = filesIn("examples/1 - stories", ".json").map((file) => path.basename(file, ".json"));
  const stories = filesIn("docs/cookbook", ".md").map((page) => path.basename(page, ".md"));
  assert.ok(stories.length >= 6);
  assert.deepEqual(stories.sort(), examples.sort());
  for (const story of stories) {
    const page = read(`docs/cookbook/${story}.md`);
    // A device that exists already must not be made twice.
    const way = `_Examples_, _${MANIFEST.name}_, _1 - stories_, _${story}_.`;
    assert.ok(
      [way, "_Import copy_"].every((words) => page.replaceAll(/\s+/g, " ").includes(words)),
      story,
    );
    for (const said of [`](../pictures/${story}.png)`, "## Fill in", "## Change"])
      assert.ok(page.includes(said), `${story}: ${said}`);
    assert.ok(read("docs/README.md").includes(`(cookbook/${story}.md)`), story);
    assert.ok(read("README.md").includes(`/cookbook/${story}.md)`), story);
  }
});

// The package has neither docs/ nor pictures.
test("README.md leads into the repository of package.json, and would into another one", async () => {
  const { homeOf, readmeAt } = await addresses;
  const [home, beside] = [homeOf(MANIFEST), await pageOf("README.md")];
  const links = (text: string): string[] => text.match(/\]\([^)]*\)/g) ?? [];
  assert.deepEqual(links(read("README.md")), links(readmeAt(home, beside)));
  const other = readmeAt("https://example.org/some/one", beside);
  assert.deepEqual(linksIn(other), []);
  assert.ok(picturesIn(other).every(({ file }) => /^https:\/\/example\.org\/some\/one\/raw\/HEAD\/docs\//.test(file)));
  assert.ok(other.includes("](https://example.org/some/one/blob/HEAD/docs/errors.md)"));
  assert.equal(readmeAt("", other, "https://example.org/some/one"), beside);
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
  const { docsAt } = await addresses;
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
  const code = ["src/client", "src/runtime", "src/bridge", "src/actions", "nodes"].flatMap((folder) => filesIn(folder, ".ts")).map(read).join("\n"); // prettier-ignore
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
    const helpIn = (lang: string): string => read(`dist/nodes/locales/${lang}/${name}.html`);
    const long = readdirSync(path.join(CHECKOUT, "nodes/locales")).filter((lang) => wordsIn(helpIn(lang)) > 450);
    assert.deepEqual(long, []);
    const help = helpIn("en-US");
    assert.match(help, /^<script [^>]*>\n {2}<p>[A-Z][^<]{20,}[.]<\/p>\n/);
    const chapters = [...help.matchAll(/<h3>([^<]+)<\/h3>/g)].map(([, chapter]) => chapter);
    const schema = schemaOf(name);
    const inputs = hasInput(schema) ? ["Inputs"] : [];
    const expected = schema.role === "device" ? ["Properties"] : ["Examples", ...inputs, "Outputs", "Fields", "Details", "Errors"]; // prettier-ignore
    assert.deepEqual(chapters.slice(0, expected.length), expected);
  });
}
