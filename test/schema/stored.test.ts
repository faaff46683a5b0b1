import assert from "node:assert/strict";
import { test } from "node:test";
import { schema as device } from "../../nodes/device/schema";
import { choice, flag, fromMsg, list, number, seconds, text } from "../../src/schema/field";
import { actionNode, sourceNode, versionOf, type Migration } from "../../src/schema/node";
import { defaultsOf, freshOf, isNewer, upToDate } from "../../src/schema/stored";

const fields = {
  action: choice(["on", "off"], { icon: "bolt", default: fromMsg("payload") }),
  name2: text({ icon: "tag", default: "lamp" }),
  timeout: seconds({ icon: "clock-o", default: 2.5 }),
  sure: flag({ icon: "check", default: true }),
};
const lamp = actionNode({ name: "lamp", deeds: { by: "action", does: { on: "changes", off: "changes" } }, fields });
const stored = {
  version: 1,
  name: "",
  device: "",
  deviceFromMsg: false,
  action: "payload",
  actionType: "msg",
  name2: "lamp",
  name2Type: "str",
  timeout: "2.5",
  timeoutType: "num",
  sure: "true",
  sureType: "bool",
};

test("a new action node stores each default with its type, and its version", () => {
  assert.deepEqual(defaultsOf(lamp), stored);
});

test("one dragged from the palette may begin with something else than a flow without the field", () => {
  const bell = actionNode({
    name: "bell",
    deeds: "changes",
    fields: { action: choice(["ring", "stop"], { icon: "bell", default: fromMsg("payload"), fresh: "ring" }) },
  });
  const { action, actionType } = freshOf(bell);
  assert.deepEqual({ action, actionType }, { action: "ring", actionType: "choice" });
  assert.equal(upToDate(bell, {})["action"], "payload");
});

test("a new source stores plain values", () => {
  const source = sourceNode({
    name: "bell",
    fields: {
      rate: number({ icon: "bell", min: 0, max: 9, default: 3 }),
      rings: list({ icon: "list", default: ["a"] }),
      loud: flag({ icon: "check", default: false }),
    },
  });
  assert.deepEqual(defaultsOf(source), { version: 1, name: "", device: "", rate: "3", rings: ["a"], loud: false });
});

test("a flow of 0.1.0 has no version: it is moved forward to the first", () => {
  const { version, ...old } = { ...stored, name2: "kept" };
  assert.deepEqual(upToDate(lamp, old), { ...old, version });
});

for (const name of Object.keys(fields)) {
  test(`a flow without ${name} gets its default`, () => {
    const old = Object.fromEntries(Object.entries(stored).filter(([key]) => key !== name && key !== `${name}Type`));
    assert.deepEqual(upToDate(lamp, old), stored);
  });
}

test("a value without its type was written by hand: it is meant as it stands, not as a property of the message", () => {
  const { action, actionType } = upToDate(lamp, { action: "on" });
  assert.deepEqual({ action, actionType }, { action: "on", actionType: "str" });
  const { timeout, timeoutType, sure, sureType } = upToDate(lamp, { timeout: 60, sure: false });
  assert.deepEqual([timeout, timeoutType, sure, sureType], ["60", "num", "false", "bool"]);
});

test("the older version's properties go through each migration in turn, once", () => {
  const migrations: Migration[] = [
    ({ label, ...rest }) => ({ ...rest, name2: label, name2Type: "str" }),
    ({ timeout, ...rest }) => ({ ...rest, timeout: String(Number(timeout) / 1000) }),
  ];
  const third = actionNode({ name: "lamp", deeds: "changes", fields, migrations });
  assert.equal(versionOf(third), 3);
  const first = { label: "hall", timeout: "4000", timeoutType: "num" };
  const expected = { ...stored, version: 3, name2: "hall", timeout: "4" };
  assert.deepEqual(upToDate(third, first), expected);
  assert.deepEqual(upToDate(third, { ...first, version: 1 }), expected);
  assert.deepEqual(upToDate(third, upToDate(third, first)), expected);
  const second = { name2: "hall", name2Type: "str", timeout: "4000", timeoutType: "num", version: 2 };
  assert.deepEqual(upToDate(third, second), expected);
});

test("a device that has stored no trust keeps the authorities; a new one trusts a fingerprint", () => {
  assert.equal(upToDate(device, { address: "pikvm.lan" })["trust"], "system");
  assert.equal(upToDate(device, { trust: "none", version: 1 })["trust"], "none");
  assert.equal(defaultsOf(device)["trust"], "fingerprint");
});

test("what a newer version has stored stays as it is, also what is not known here", () => {
  const newer = { ...stored, version: 7, colour: "red", timeout: "soon" };
  assert.ok(isNewer(lamp, newer));
  assert.deepEqual(upToDate(lamp, newer), newer);
  assert.ok(!isNewer(lamp, stored));
});
