import assert from "node:assert/strict";
import { test } from "node:test";
import { presenceOf, type Told } from "../../src/schema/presence";
import { isTopic, topicOf } from "../../src/schema/topics";

test("a device's topic is made of what people call it, or of its address", () => {
  assert.equal(topicOf("pikvm", "Büro 2"), "pikvm/Buro_2");
  assert.equal(topicOf(" lab / kvm/", "desk"), "lab/kvm/desk");
  assert.equal(topicOf("", "a/b+c#"), "a_b_c");
  assert.equal(topicOf("pikvm", "https://pikvm.local:8443/"), "pikvm/pikvm_local_8443");
});

test("what cannot be published to is no topic", () => {
  assert.deepEqual(["lab/kvm", "lab/#", "+/kvm", "$SYS", "a\nb", "x".repeat(201)].map(isTopic), [
    true,
    ...Array.from({ length: 5 }, () => false),
  ]);
});

test("birth, close and will tell together whether Node-RED is there, or do not", () => {
  const told = (payload: string, other: Partial<Told> = {}): Told => ({
    topic: "nodered/status",
    payload,
    retain: "true",
    ...other,
  });
  const [birth, off] = [told("online"), told("offline")];
  assert.deepEqual(presenceOf(birth, off, off), { topic: "nodered/status", online: "online", offline: "offline" });
  for (const other of [{ topic: "elsewhere" }, { retain: "false" }, { payload: "gone" }])
    assert.equal(presenceOf(birth, off, { ...off, ...other }), undefined);
  assert.equal(presenceOf(birth, off), undefined);
  assert.equal(presenceOf(birth, birth, birth), undefined);
  const nowhere = told("", { topic: "" });
  assert.equal(presenceOf(nowhere, nowhere, nowhere), undefined);
});
