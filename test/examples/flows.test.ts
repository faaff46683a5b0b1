import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { CHECKOUT } from "../harness/node-red";
import { NODE_SETS } from "../package/tarball";
import { example, EXAMPLES, readFlow } from "./example";

const DEMO = path.join(CHECKOUT, "src/demo/flow.json");
const ALL = [...EXAMPLES.map((file) => ({ file, flow: example(file) })), { file: DEMO, flow: readFlow(DEMO) }];
const DEVICE_TYPE = "pikvm-device";
const DEVICE = "9821c0fd300d72dd";
/** The device, the MQTT broker, and the dashboard with its theme. */
const SHARED = new Set([DEVICE, "6c92ced60807008d", "730b5485e59bd7e0", "687d099ed00bb76f"]);

test("every node type of this package is in an example", () => {
  const types = new Set(EXAMPLES.flatMap((file) => example(file).map(({ type }) => type)));
  for (const name of NODE_SETS) assert.ok(types.has(`pikvm-${name}`), `${name} is in no example`);
});

test("every node but the device has an example of its own", () => {
  const own = NODE_SETS.filter((name) => name !== "device").map((name) => `${name}.json`);
  assert.deepEqual(
    own.filter(
      (file) =>
        !EXAMPLES.includes(`2 - nodes/${file}`) || !example(file).some(({ type }) => `${type}.json` === `pikvm-${file}`),
    ),
    [],
  );
});

test("ids are like the editor's, and none is used twice but the one of what all examples share", () => {
  const known = new Map<string, object>();
  for (const node of ALL.flatMap(({ flow }) => flow)) {
    assert.match(node.id, /^[0-9a-f]{16}$/);
    if (!SHARED.has(node.id)) assert.ok(!known.has(node.id), `${node.id} is used twice`);
    // The editor takes the one that it has, whatever stands in the other.
    else assert.deepEqual(node, known.get(node.id) ?? node);
    known.set(node.id, node);
  }
});

test("all examples have the same device first, so that all that are imported use the one that has been filled in", () => {
  for (const file of EXAMPLES) assert.equal(example(file).find(({ type }) => type === DEVICE_TYPE)?.id, DEVICE, file);
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
