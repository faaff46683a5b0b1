import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { CHECKOUT } from "../harness/node-red";
import { NODE_SETS, pack } from "./tarball";

/** Bytes: of what is downloaded, and of what is installed. */
const LIMITS = { size: 700_000, unpackedSize: 2_600_000 };

const ALLOWED = [
  /^dist\/nodes\/[\w-]+\.(js|html)$/,
  /^dist\/nodes\/[\w-]+\/[\w-]+\.js$/,
  /^dist\/nodes\/icons\/[\w-]+\.svg$/,
  /^dist\/nodes\/locales\/[\w-]+\/[\w-]+\.(json|html)$/,
  /^dist\/src\/client\/([\w-]+\/)?[\w-]+\.(js|d\.ts)$/,
  /^dist\/src\/(actions|runtime|schema)\/[\w-]+\.js$/,
  /^dist\/src\/bridge\/(parts\/)?[\w-]+\.js$/,
  /^dist\/pikvm-simulator\.js$/,
  /^resources\/dialogs\.js$/,
  /^examples\/\d - [a-z]+\/[\w-]+\.json$/,
  /^(README|CHANGELOG|SECURITY)\.md$/,
  /^LICENSE$/,
  /^package\.json$/,
];

const SINGLE = [
  "README.md",
  "CHANGELOG.md",
  "SECURITY.md",
  "LICENSE",
  "package.json",
  "dist/pikvm-simulator.js",
  "resources/dialogs.js",
];

const listed = (folder: string, pattern: RegExp): string[] =>
  readdirSync(path.join(CHECKOUT, folder), { encoding: "utf8", recursive: true })
    .filter((file) => pattern.test(file))
    .map((file) => path.join(folder, file));

test("the tarball", async (t) => {
  const tarball = await pack();
  const files = tarball.files.map((file) => file.path);

  await t.test("holds nothing that a user does not need: no source, test, map or picture", () => {
    assert.deepEqual(
      files.filter((file) => !ALLOWED.some((pattern) => pattern.test(file))),
      [],
    );
  });

  await t.test("holds every node, dialog, icon, word and example", () => {
    const locales = readdirSync(path.join(CHECKOUT, "nodes/locales"));
    const expected = [
      ...SINGLE,
      ...NODE_SETS.flatMap((name) => [`dist/nodes/${name}.js`, `dist/nodes/${name}.html`]),
      ...listed("icons", /\.svg$/).map((icon) => `dist/nodes/${icon}`),
      ...locales
        .flatMap((lang) => NODE_SETS.map((name) => `dist/nodes/locales/${lang}/${name}`))
        .flatMap((words) => [`${words}.json`, `${words}.html`]),
      ...listed("examples", /\.json$/),
    ];
    assert.deepEqual(
      expected.filter((file) => !files.includes(file)),
      [],
    );
  });

  // `tsc` leaves what it once wrote: a removed or renamed source would still be published.
  await t.test("holds no code whose source is gone", () => {
    // The build writes the module that Node-RED loads beside the words and icons.
    const entries = NODE_SETS.map((name) => `nodes/${name}.ts`);
    const sources = ["nodes", "src"].flatMap((at) => listed(at, /\.ts$/)).concat(entries);
    const built = files.filter((file) => /^dist\/(nodes|src)\/.*(\.js|\.d\.ts)$/.test(file));
    assert.deepEqual(
      built.filter((file) => !sources.includes(file.replace(/^dist\/(.*?)(\.js|\.d\.ts)$/, "$1.ts"))),
      [],
    );
  });

  for (const [kind, limit] of Object.entries(LIMITS)) {
    await t.test(`its ${kind} is less than ${limit} bytes`, () => {
      const bytes = tarball[kind as keyof typeof LIMITS]; // its own key
      assert.ok(bytes < limit, `${bytes} bytes`);
    });
  }
});
