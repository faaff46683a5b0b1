import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf } from "../../src/schema/node";
import { alternativesOf, isUsed, isWanted, type MayBe } from "../../src/schema/when";
import { schemaOf } from "../harness/schemas";
import { NODE_SETS } from "../package/tarball";

const holding =
  (values: Record<string, string>): MayBe =>
  (field, wanted) =>
    isWanted(values[field] ?? "", wanted);

test("a field without conditions is always used", () => {
  assert.ok(isUsed(undefined, holding({})));
});

test("all conditions of an alternative must hold, and one alternative is enough", () => {
  const when = [{ action: ["a", "b"], kind: ["x"] }, { action: ["c"] }];
  for (const values of [{ action: "b", kind: "x" }, { action: "c" }]) assert.ok(isUsed(when, holding(values)));
  for (const values of [{ action: "b", kind: "y" }, { kind: "x" }]) assert.ok(!isUsed(when, holding(values)));
});

test("anything but one value", () => {
  const when = { width: { not: "0" } };
  assert.ok(isUsed(when, holding({ width: "640" })));
  assert.ok(!isUsed(when, holding({ width: "0" })));
});

for (const name of NODE_SETS) {
  test(`${name}: each condition names a field that there is, with values that it can have`, () => {
    const { fields } = schemaOf(name);
    for (const [, { when }] of fieldsOf(schemaOf(name))) {
      for (const [field, wanted] of alternativesOf(when ?? []).flatMap((together) => Object.entries(together))) {
        const other = fields[field];
        assert.ok(other, field);
        if (other.kind !== "choice" || "not" in wanted) continue;
        for (const value of wanted) assert.ok(other.choices.includes(value), `${field}: ${value}`);
      }
    }
  });
}
