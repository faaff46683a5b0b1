import assert from "node:assert/strict";
import { test } from "node:test";
import { choice, flag, Unfit } from "../../src/actions/readers";

test("a choice is one of the list or a synonym, whatever its case, and nothing else", () => {
  const read = choice(["on", "hard_off"], { true: "on", "1": "on" });
  for (const given of ["on", " ON ", true, 1, "1", Buffer.from("on")]) assert.equal(read(given), "on");
  for (const given of ["hard off", "Hard-Off"]) assert.equal(read(given), "hard_off");
  for (const given of ["", "off", null, {}, ["on"], "constructor", "__proto__"])
    assert.throws(() => read(given), Unfit, JSON.stringify(given));
});

test("a flag is said in few words", () => {
  for (const given of [true, "yes", "ON", 1]) assert.equal(flag()(given), true);
  for (const given of [false, "no", "off", 0, ""]) assert.equal(flag()(given), false);
  for (const given of [undefined, 2, "maybe", "constructor"]) assert.throws(() => flag()(given), Unfit, String(given));
});
