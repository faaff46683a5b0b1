import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import * as face from "../../src/client";
import * as words from "../../src/client/vocabulary";

const SOURCE = path.resolve(__dirname, "../../../src/client/vocabulary");

describe("the vocabulary", () => {
  test("what the client exports under its names are the same objects", () => {
    const shared = Object.keys(words).filter((name) => name in face);
    assert.deepEqual(shared.sort(), ["KEYS", "MACRO_EVENTS", "METHODS", "MOUSE_BUTTONS", "isKey", "keyOf"]);
    for (const name of shared) assert.equal(Reflect.get(face, name), Reflect.get(words, name));
  });

  test("no file of it imports from outside, so that a browser can have it too", () => {
    for (const file of readdirSync(SOURCE)) {
      const imports = readFileSync(path.join(SOURCE, file), "utf8").matchAll(
        /\bfrom "([^"]*)"|\brequire\(|\bimport\(/g,
      );
      for (const [text, from] of imports) assert.match(from ?? text, /^\.\/[a-z]+$/, file);
    }
  });

  test("no word stands twice in a list", () => {
    const lists = Object.entries<unknown>(words).filter((entry): entry is [string, unknown[]] =>
      Array.isArray(entry[1]),
    );
    assert.ok(lists.length >= 14);
    for (const [name, list] of lists) assert.equal(new Set(list).size, list.length, name);
  });
});

test("a list of names is separated by plus signs, commas or blanks", () => {
  assert.deepEqual(words.namesIn("ControlLeft+AltLeft + Delete"), ["ControlLeft", "AltLeft", "Delete"]);
  assert.deepEqual(words.namesIn(" de, en-us\nfr,"), ["de", "en-us", "fr"]);
  assert.deepEqual(words.namesIn("  "), []);
  for (const [list, last] of [
    ["Control", "Control"],
    ["A+Con", "Con"],
    ["A, ", ""],
  ] as const)
    // prettier-ignore
    assert.equal(list.slice(words.startOfLastName(list)), last);
});

test("a path of states: its steps, and nothing of what is no path", () => {
  assert.deepEqual(words.stepsOfPath("atx.leds.power"), ["atx", "leds", "power"]);
  assert.deepEqual(words.stepsOfPath(`gpio.state["a b"][0]['c"d'].x-y`), ["gpio", "state", "a b", "0", 'c"d', "x-y"]);
  for (const text of ["", ".", "atx.", "atx..leds", "a b", 'a["b]', "a[b]", "a.-b"]) {
    assert.equal(words.isStatePath(text), false, text);
    assert.deepEqual(words.stepsOfPath(text), [], text);
  }
});

test("an address, or why it is none", () => {
  for (const [text, origin, at] of [
    ["pikvm.lan", "https://pikvm.lan", ""],
    [" pikvm.lan:8443 ", "https://pikvm.lan:8443", ""],
    ["fe80::1", "https://[fe80::1]", ""],
    ["[fe80::1]:8443", "https://[fe80::1]:8443", ""],
    ["http://10.0.0.5//kvm//one/", "http://10.0.0.5", "/kvm/one"],
  ] as const) {
    const address = words.readAddress(text);
    assert.ok(typeof address === "object", text);
    assert.deepEqual([address.origin, address.path], [origin, at]);
  }
  for (const [text, problem] of [
    ["  ", "blank"],
    ["pi kvm", "unreadable"],
    ["pikvm.lan/a b", "unreadable"],
    ["pikvm.lan:99999", "unreadable"],
    // To be read in no more time than its length takes.
    [`${":".repeat(100_000)}x`, "unreadable"],
    ["admin:secret@pikvm.lan", "user"],
    ["ftp://pikvm.lan", "other"],
    ["pikvm.lan?x=1", "other"],
    ["pikvm.lan/#x", "other"],
  ] as const)
    assert.equal(words.readAddress(text), problem, text);
});

test("a fingerprint in each of its spellings", () => {
  const pairs = Array.from({ length: 32 }, (_, index) => (index + 160).toString(16));
  const expected = pairs.join(":").toUpperCase();
  for (const text of [
    pairs.join(":"),
    pairs.join(""),
    ` ${pairs.join(" ")} `,
    `sha256:${expected}`,
    `SHA-256: ${expected}`,
    `sha256 Fingerprint=${expected}`,
  ])
    assert.equal(words.fingerprintIn(text), expected, text);
  for (const text of ["", "AB:CD", `sha1:${expected}`, `${expected}:00`, expected.replace("A0", "G0")])
    assert.equal(words.fingerprintIn(text), undefined, text);
});

test("a region as text and back", () => {
  const region = { left: 1, top: 2, right: 30, bottom: 40 };
  assert.deepEqual(words.regionIn(" 1,2 , 30,40"), region);
  assert.equal(words.textOfRegion(region), "1, 2, 30, 40");
  assert.equal(words.textOfRegion(undefined), "");
  for (const text of ["", "5, 5, 5, 9"]) {
    assert.ok(words.isRegionText(text));
    assert.equal(words.regionIn(text), undefined);
  }
  for (const text of ["1, 2, 3", "a", "1, 2, 3, -4"]) assert.equal(words.isRegionText(text), false, text);
});
