import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ConfigurationError, textMatcher, type TextPattern } from "../../src/client";

const SCREEN = `Loading initial ramdisk ...
P1ease  enter passphrase
for disk sda3_crypt:`;

const found: [TextPattern, string | undefined][] = [
  [{ text: "Enter Passphrase" }, "enter passphrase"],
  [{ text: "passphrase for disk" }, "passphrase\nfor disk"],
  [{ text: "please enter" }, undefined],
  [{ text: "ramdisk ..." }, "ramdisk ..."],
  [{ text: "ramdisk ...." }, undefined],
  [{ text: "sda\\d_crypt:$", mode: "regex" }, "sda3_crypt:"],
  [{ text: "^for DISK", mode: "regex" }, "for disk"],
  [{ text: "^passphrase", mode: "regex" }, undefined],
  [{ text: "Please enter passphrase", mode: "tolerant" }, "P1ease  enter passphrase"],
  [{ text: "Please enter", mode: "tolerant", mistakes: 0 }, undefined],
  [{ text: "Please enter", mode: "tolerant", mistakes: 1 }, "P1ease  enter"],
  [{ text: "for d1sk sdaB_crypl", mode: "tolerant", mistakes: 3 }, "for disk sda3_crypt"],
  [{ text: "for d1sk sdaB_crypl", mode: "tolerant", mistakes: 2 }, undefined],
  // One too many, one missing.
  [{ text: "passsphrase", mode: "tolerant", mistakes: 1 }, "passphrase"],
  [{ text: "pasphrase", mode: "tolerant", mistakes: 1 }, "passphrase"],
  [{ text: "login:", mode: "tolerant", mistakes: 2 }, undefined],
  // A short word has no mistakes unless it is said.
  [{ text: "Lisk", mode: "tolerant" }, undefined],
  [{ text: "Lisk", mode: "tolerant", mistakes: 1 }, "disk"],
];

describe("a text on a screen", () => {
  for (const [pattern, expected] of found) {
    const { text, mode = "plain", mistakes } = pattern;
    test(`${mode} "${text}"${mistakes === undefined ? "" : ` with ${mistakes} mistakes`}: ${expected ?? "not found"}`, () => {
      assert.equal(textMatcher(pattern)(SCREEN), expected);
    });
  }

  test("letters and marks that are written apart are the same as together", () => {
    const words = "Passwort für İstanbul";
    for (const mode of ["plain", "regex", "tolerant"] as const) {
      for (const [wanted, shown] of [["NFD", "NFC"], ["NFC", "NFD"], ["NFC", "NFC"]] as const) {
        const find = textMatcher({ text: words.normalize(wanted), mode, mistakes: 0 });
        assert.equal(find(`> ${words.normalize(shown)}:`), words, `${mode}, ${wanted} on ${shown}`);
      }
    }
  }); // prettier-ignore

  test("nothing is on an empty screen", () => {
    for (const mode of ["plain", "regex", "tolerant"] as const)
      assert.equal(textMatcher({ text: "login", mode })(""), undefined);
  });

  test("what cannot be looked for is refused", () => {
    const wrong: TextPattern[] = [
      { text: "" },
      { text: " \n" },
      { text: "(", mode: "regex" },
      { text: "ok", mode: "tolerant", mistakes: 2 },
    ];
    for (const pattern of wrong) assert.throws(() => textMatcher(pattern), ConfigurationError);
  });
});
