import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { CHECKOUT, type FlowConfig } from "../harness/node-red";
import { defaultsOf } from "../harness/registered";
import { example, EXAMPLES, pathOf, readFlow } from "./example";
import { boxOf, frameOf, nameOf, type Box } from "./sizes";

type FlowNode = FlowConfig[number];

const GRID = 20;
/** From one row to the next. */
const ROW = 40;
/** No node is narrower. */
const COLUMN = 100;
/** Of the line below a node that says how it goes. */
const STATUS = 20;

/** What Node-RED stores of every node. */
const OF_EVERY_NODE = ["id", "type", "z", "g", "x", "y", "wires"];

const isDrawn = (node: FlowNode): boolean => "wires" in node;
const isNode = (node: FlowNode): boolean => isDrawn(node) && node.type !== "junction";
const hasStatus = ({ type }: FlowNode): boolean => /^(pikvm-|mqtt (in|out)$)/.test(type);

/** What is not in a group: the comment above them. */
const groupOf = (flow: FlowConfig, group: FlowNode): FlowConfig => flow.filter(({ g }) => g === group.id);
const groupsOf = (flow: FlowConfig): FlowConfig => flow.filter(({ type }) => type === "group");

/** The numbers that are too near to another one, and not the same. */
function ragged(numbers: readonly number[], distance: number): number[] {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  return sorted.filter((number, index) => number - (sorted[index - 1] ?? -Infinity) < distance);
}

const overlap = (a: Box, b: Box, gap: number): boolean =>
  a.left < b.right + gap && b.left < a.right + gap && a.top < b.bottom + gap && b.top < a.bottom + gap;

function pairs<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((a, index) => items.slice(index + 1).map((b): [T, T] => [a, b]));
}

const flows: [name: string, flow: FlowConfig][] = [
  ...EXAMPLES.map((file): [string, FlowConfig] => [file, example(file)]),
  ["the demo", readFlow(path.join(CHECKOUT, "src/demo/flow.json"))],
];

for (const [file, flow] of flows) {
  const byId = new Map(flow.map((node) => [node.id, node]));

  test(`${file}: every node has a name and stands on the grid, with room around it`, () => {
    const nodes = flow.filter(isNode);
    assert.deepEqual(nodes.filter((node) => !node["name"] && !node["label"]).map(({ id }) => id), []);
    const off = nodes.filter((node) => boxOf(node).left % GRID !== 0 || Number(node["y"]) % GRID !== 0);
    assert.deepEqual(off.map(nameOf), []);
    const over = pairs(nodes).filter(([a, b]) => overlap(boxOf(a), boxOf(b), 10));
    assert.deepEqual(over.map((both) => both.map(nameOf)), []);
  });

  test(`${file}: nothing stands on the status of a node`, () => {
    const nodes = flow.filter(isNode);
    for (const node of nodes.filter(hasStatus)) {
      const box = boxOf(node);
      const status = { ...box, top: box.bottom, bottom: box.bottom + STATUS };
      assert.deepEqual(nodes.filter((other) => overlap(boxOf(other), status, 0)).map(nameOf), [], nameOf(node));
    }
  });

  test(`${file}: a comment stands above, and groups with captions below each other hold all other nodes`, () => {
    const [comment, ...others] = flow.filter((node) => isDrawn(node) && node["g"] === undefined);
    assert.equal(comment?.type, "comment");
    assert.match(nameOf(comment), file === "the demo" ? /^Press a button / : /^Fill in first: /);
    assert.deepEqual(others, []);
    let above = boxOf(comment).bottom;
    for (const group of groupsOf(flow)) {
      const members = groupOf(flow, group);
      assert.ok(group["name"]);
      assert.deepEqual(new Set(group["nodes"] as string[]), new Set(members.map(({ id }) => id)));
      const { left, top, right, bottom } = frameOf(members);
      const { x, y, w, h } = group;
      assert.deepEqual({ x, y, w, h }, { x: left, y: top, w: right - left, h: bottom - top }, nameOf(group));
      assert.ok(left > 0 && top >= above + 10, `${nameOf(group)} is too near to what is above it`);
      above = bottom;
    }
  });

  test(`${file}: a group has rows and columns, and goes from left to right`, () => {
    for (const group of groupsOf(flow)) {
      const nodes = groupOf(flow, group).filter(isNode);
      const lefts = nodes.map((node) => boxOf(node).left);
      assert.deepEqual(ragged(lefts, COLUMN), [], `columns of ${nameOf(group)}`);
      assert.deepEqual(ragged(nodes.map(({ y }) => Number(y)), ROW), [], `rows of ${nameOf(group)}`);
    }
    for (const node of flow.filter(isDrawn))
      for (const target of (node["wires"] as string[][]).flat().map((id) => byId.get(id))) {
        assert.ok(target && boxOf(target).left > boxOf(node).right, `${nameOf(node)} is wired backwards`);
        assert.equal(target["g"], node["g"], `${nameOf(node)} is wired to another group`);
      }
    // What an editor shows without scrolling.
    const wide = groupsOf(flow).filter(({ x, w }) => Number(x) + Number(w) > 1200);
    if (file === "the demo") assert.deepEqual(wide.map(nameOf), []);
  });
}

for (const file of EXAMPLES) {
  const flow = example(file);

  test(`${file}: nodes of this package store what they have today, no more and no less`, () => {
    for (const node of flow.filter(({ type }) => type.startsWith("pikvm-"))) {
      const own = Object.keys(node).filter((property) => !OF_EVERY_NODE.includes(property));
      const today = Object.keys(defaultsOf(node.type.replace("pikvm-", "")));
      assert.deepEqual(own, today, `${nameOf(node)}; to store them: EXPORT=yes npm test -- examples/import`);
    }
  });

  test(`${file}: has a line for each node`, () => {
    const lines = flow.map((node) => JSON.stringify(node)).join(",\n");
    assert.equal(readFileSync(pathOf(file), "utf8"), `[\n${lines}\n]\n`);
  });
}
