import assert from "node:assert/strict";
import { test } from "node:test";
import { skip } from "../examples/browser";
import { ChildNodeRed } from "../harness/child-node-red";
import { flow, node } from "../harness/flows";
import { Editor } from "./editor";
import { LANE } from "./lane";

test("a node inside a subflow may use the device that each instance chooses", { skip }, async (t) => {
  const nodeRed = await ChildNodeRed.start(LANE);
  t.after(() => nodeRed.stop());
  const kvm = { name: "KVM", type: "pikvm-device", value: "", ui: { type: "conf-types" } };
  const subflow = { id: "subflow", type: "subflow", name: "kvm", in: [], out: [], env: [kvm] };
  const inside = (id: string, device: string) => node("pikvm-gpio", { id, z: "subflow", device, wires: [[], []] });
  await nodeRed.deploy(flow(subflow, inside("chosen", "${KVM}"), inside("gone", "KVM")));
  const editor = await Editor.open(nodeRed);
  t.after(() => editor.close());
  assert.deepEqual((await editor.node("chosen")).validationErrors, []);
  assert.deepEqual((await editor.node("gone")).validationErrors, ["Device: the chosen device no longer exists"]);
});
