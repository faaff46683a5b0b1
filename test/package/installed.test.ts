import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { startSimulator } from "../../src/simulator";
import { EXAMPLES, example, filledIn } from "../examples/example";
import { ChildNodeRed } from "../harness/child-node-red";
import { ON_SECOND_LINE } from "../harness/lines";
import { CHECKOUT } from "../harness/node-red";
import { until } from "../harness/until";
import { installed, linked, MANIFEST, NODE_SETS } from "./tarball";
import { flat, readWords } from "./words";

interface NodeSet {
  name: string;
  module: string;
  types: string[];
  enabled: boolean;
  local: boolean;
  version: string;
  err?: unknown;
}

const LANGUAGES = readdirSync(path.join(CHECKOUT, "nodes/locales"));

/** Some nodes want more than Node-RED and a PiKVM: a broker, another palette. test/examples gives it to them. */
const needsMore = (file: string): boolean => example(file).some(({ type }) => /^(mqtt|ui)-/.test(type));

describe("installed in an empty user directory", () => {
  let userDir: string;
  let nodeRed: ChildNodeRed;
  let sets: NodeSet[];

  before(async () => {
    // What the tarball holds is the same for both lines; how Node-RED finds it may not be.
    userDir = await (ON_SECOND_LINE ? linked() : installed());
    nodeRed = await ChildNodeRed.start({ userDir, nodesDir: [], allNodes: true });
    sets = (await nodeRed.json<NodeSet[]>("nodes")).filter(({ module }) => module === MANIFEST.name);
  });

  after(() => nodeRed.stop());

  test("every node loads without an error", () => {
    assert.deepEqual(sets.map(({ name }) => name).sort(), [...NODE_SETS].sort());
    for (const { name, enabled, local, version, types, err } of sets) {
      assert.deepEqual({ enabled, local, version, err }, { enabled: true, local: true, version: MANIFEST["version"], err: undefined }); // prettier-ignore
      assert.deepEqual(types, [`pikvm-${name}`]);
    }
    assert.deepEqual(nodeRed.errors, []);
  });

  test("every dialog and help is served", async () => {
    const html = await (await nodeRed.get("nodes", "text/html")).text();
    for (const type of sets.flatMap(({ types }) => types)) {
      for (const part of [`registerType("${type}"`, `data-template-name="${type}"`, `data-help-name="${type}"`])
        assert.ok(html.includes(part), part);
    }
    const [address, another] = new Set(html.match(new RegExp(`resources/${MANIFEST.name}/[^"]+`, "g")));
    assert.equal(another, undefined);
    assert.match(await (await nodeRed.get(String(address), "*/*")).text(), /pikvmDialogs/);
  });

  test("every icon is served", async () => {
    for (const icon of readdirSync(path.join(CHECKOUT, "icons"))) {
      const answer = await nodeRed.get(`icons/${MANIFEST.name}/${icon}`, "image/*");
      assert.match(String(answer.headers.get("content-type")), /^image\/svg\+xml/);
      // For an icon that it does not have, Node-RED serves another.
      assert.equal(await answer.text(), readFileSync(path.join(CHECKOUT, "icons", icon), "utf8"));
    }
  });

  for (const lang of LANGUAGES) {
    test(`all words of ${lang} are served`, async () => {
      for (const name of NODE_SETS) {
        const served = flat(await nodeRed.json<object>(`nodes/${MANIFEST.name}/${name}/messages?lng=${lang}`));
        for (const [key, words] of readWords(lang, name)) assert.equal(served.get(key), words, `${name}: ${key}`);
      }
    });
  }

  test("every example is offered for import", async () => {
    const library = `library/examples/flows/${MANIFEST.name}`;
    const offered = [];
    for (const folder of await nodeRed.json<string[]>(library))
      for (const { fn } of await nodeRed.json<{ fn: string }[]>(`${library}/${folder}`)) {
        offered.push(`${folder}/${fn}.json`);
        assert.deepEqual(await nodeRed.json(`${library}/${folder}/${fn}`), example(`${fn}.json`));
      }
    assert.deepEqual(offered.sort(), EXAMPLES);
  });

  for (const file of EXAMPLES.filter((file) => !needsMore(file))) {
    const flow = example(file);
    test(`${file} reaches a device`, async () => {
      const simulator = await startSimulator();
      try {
        await nodeRed.deploy(filledIn(flow, simulator));
        // The last of them: some begin with what stops the others.
        const inject = flow.findLast((node) => node.type === "inject" && !JSON.stringify(node).includes('"reset"'));
        if (inject) await nodeRed.inject(inject.id);
        await until(() => simulator.requests.some(({ status }) => status === 200 || status === 101), {
          what: "a request that the device answers",
        });
        await nodeRed.deploy([]);
        assert.deepEqual(nodeRed.errors, []);
      } finally {
        await simulator.close();
      }
    });
  }
});
