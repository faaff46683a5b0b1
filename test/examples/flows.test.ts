import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { CHECKOUT } from "../harness/node-red";
import { NODE_SETS } from "../package/tarball";
import { example, EXAMPLES, readFlow } from "./example";

const DEMO = path.join(CHECKOUT, "src/demo/flow.json");
const ALL = [...EXAMPLES.map((file) => ({ file, flow: example(file) })), { file: DEMO, flow: readFlow(DEMO) }];
const DEVICE_TYPE = "pikvm-device";

test("every node type of this package is in an example", () => {
  const types = new Set(EXAMPLES.flatMap((file) => example(file).map(({ type }) => type)));
  for (const name of NODE_SETS) assert.ok(types.has(`pikvm-${name}`), `${name} is in no example`);
});

test("every node but the device has an example of its own", () => {
  const own = NODE_SETS.filter((name) => name !== "device").map((name) => `${name}.json`);
  assert.deepEqual(
    own.filter((file) => !EXAMPLES.includes(file) || !example(file).some(({ type }) => `${type}.json` === `pikvm-${file}`)),
    [],
  );
});

test("ids are like the editor's, and none is used twice, so that all can be imported into one Node-RED", () => {
  const ids = ALL.flatMap(({ flow }) => flow.map(({ id }) => id));
  for (const id of ids) assert.match(id, /^[0-9a-f]{16}$/);
  assert.equal(new Set(ids).size, ids.length);
});

for (const { file, flow } of ALL) {
  test(`${path.basename(file)}: every wire, link and reference leads to a node of the flow`, () => {
    const ids = new Set(flow.map(({ id }) => id));
    for (const { type, ...node } of flow) {
      const { wires = [], links = [], device, broker, group, z } = node as Partial<Record<string, unknown>>;
      // The editor stores the first as a list for each output, the second as a list.
      const targets = [...(wires as unknown[][]).flat(), ...(links as unknown[]), device, group, z];
      if (type !== "mqtt-broker") targets.push(broker); // there it is the broker's host name
      for (const id of targets) if (typeof id === "string") assert.ok(ids.has(id), `${type} ${node.id} refers to ${id}`);
    }
  });

  test(`${path.basename(file)}: holds no credentials and presses nothing by itself`, () => {
    for (const node of flow) {
      assert.equal(node["credentials"], undefined);
      if (node.type !== "inject") continue;
      assert.equal(node["once"], false);
      assert.equal(node["repeat"], "");
      assert.equal(node["crontab"], "");
    }
  });
}

for (const file of EXAMPLES) {
  test(`${file}: says what it shows, and has a device that the editor marks until it is filled in`, () => {
    const flow = example(file);
    const comments = flow.filter(({ type }) => type === "comment");
    assert.ok(comments.some(({ info }) => typeof info === "string" && info.includes("fingerprint")));
    const [device] = flow.filter(({ type }) => type === DEVICE_TYPE);
    assert.equal(device?.["trust"], "fingerprint");
    assert.equal(device["fingerprint"], "");
  });
}
