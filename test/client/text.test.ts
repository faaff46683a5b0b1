import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LAYOUTS } from "../../src/client/hid/layouts";
import { skippedIn } from "../../src/client/hid/skipped";
import { asTyped } from "../../src/client/hid/text";
import { KEYMAPS } from "../../src/client/vocabulary";
import { keyChangesOf } from "../../src/simulator/hid/keymap";
import { until } from "../harness/until";
import { bench, failure, SECRETS, SIDE_BY_SIDE } from "./kit";

/** How a text may come, and what a person means by it. */
const MEANT: Record<string, [given: string, typed: string]> = {
  "LF": ["a\nb", "a\nb"],
  "CR LF": ["a\r\nb", "a\nb"],
  "CR": ["a\rb", "a\nb"],
  "line tabulation": ["a\vb", "a\nb"],
  "form feed": ["a\fb", "a\nb"],
  "next line": ["a\u0085b", "a\nb"],
  "line separator": ["a\u2028b", "a\nb"],
  "paragraph separator": ["a\u2029b", "a\nb"],
  "two line ends": ["\r\n\r\n", "\n\n"],
  "a CR before a CR LF": ["\r\r\n", "\n\n"],
  "an LF before a CR": ["\n\r", "\n\n"],
  "tab": ["a\tb", "a\tb"],
  "no-break space": ["a\u00a0b", "a b"],
  "ogham space": ["a\u1680b", "a b"],
  "spaces of typography": ["\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a", " ".repeat(11)],
  "narrow no-break space": ["a\u202fb", "a b"],
  "mathematical space": ["a\u205fb", "a b"],
  "ideographic space": ["a\u3000b", "a b"],
  "u and a diaeresis": ["u\u0308", "ü"],
  "a and a ring": ["A\u030a", "Å"],
  "the sign of the ångström": ["\u212b", "Å"],
  "the sign of the ohm": ["\u2126", "Ω"],
  "the question mark of Greek": ["\u037e", ";"],
  "e, a circumflex and a grave": ["e\u0302\u0300", "ề"],
  "a mark that composes with nothing": ["q\u0308", "q\u0308"],
}; // prettier-ignore

for (const [what, [given, typed]] of Object.entries(MEANT)) {
  test(`a person means by: ${what}`, () => assert.equal(asTyped(given), typed));
}

describe("a text on its way to the host", SIDE_BY_SIDE, () => {
  test("line ends, blanks and marks arrive as they are meant, also when the text is cut into parts", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.hid.typeText("one\r\ntwo\rthree\u2028four\u00a0five\u3000six");
    await until(() => sim.host.typed === "one\ntwo\nthree\nfour five six");
    sim.host.forget();
    await kvm.hid.typeText("u\u0308".repeat(700), { keymap: "de" });
    const pressed = () => sim.host.keyEvents.filter(({ state }) => state).map(({ key }) => key);
    await until(() => pressed().length === 700);
    assert.deepEqual(new Set(pressed()), new Set(["BracketLeft"]));
  });

  test("the Enter after a text is one more, also after a CR", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.keyboard.typeText("root\r", { enter: true });
    await until(() => sim.host.typed === "root\n\n");
  });

  test("characters that a keymap cannot type are told with their places, and asked for only where it matters", async (t) => {
    const { sim, kvm } = await bench(t);
    const asked = () => sim.requests.map(({ path }) => path.split("?")[0]);
    assert.deepEqual(await kvm.keyboard.skippedIn("root\u00a0~"), []);
    assert.deepEqual(asked(), []);
    // The oldest devices press no Enter.
    assert.deepEqual(await kvm.keyboard.skippedIn("root\r\n"), []);
    assert.deepEqual(asked(), ["/api/info"]);
    const expected = [
      { character: "€", position: 2 },
      { character: "😀", position: 3 },
      { character: "—", position: 5 },
    ];
    assert.deepEqual(await kvm.keyboard.skippedIn("a\r\n€😀–—"), expected);
    assert.deepEqual(asked(), ["/api/info", "/api/hid/keymaps"]);
    assert.deepEqual(await kvm.keyboard.skippedIn("€ä", { keymap: "de" }), []);
    assert.deepEqual(await kvm.keyboard.skippedIn("u\u0308q\u0308", { keymap: "de" }), [
      { character: "\u0308", position: 2 },
    ]);
    assert.deepEqual(asked(), ["/api/info", "/api/hid/keymaps"]);
    assert.equal(await kvm.keyboard.skippedIn("€", { keymap: "of-my-own" }), undefined);
  });

  test("Enter and Tab on a device that cannot press them by a print", async (t) => {
    const { kvm } = await bench(t, { kvmd: "1.100" });
    assert.deepEqual(await kvm.keyboard.skippedIn("ls\t\n"), [
      { character: "\t", position: 2 },
      { character: "\n", position: 3 },
    ]);
  });

  test("strict is an error before the first key, which shows nothing of a secret", async (t) => {
    const { sim, kvm } = await bench(t);
    const text = "a€b\u0007";
    await failure(kvm.keyboard.skippedIn(text, { strict: true }), {
      name: "ConfigurationError",
      code: "NOT_IN_KEYMAP",
      message: /^The keymap en-us cannot type "€" at position 1, U\+0007 at position 3 \(counted from 0\); nothing/,
    });
    const message = /^The keymap en-us cannot type the characters at the positions 1, 3 \(/;
    await failure(kvm.keyboard.skippedIn(text, { strict: true, hidden: true }), {
      name: "ConfigurationError",
      message,
    });
    await failure(kvm.keyboard.skippedIn("€".repeat(9), { strict: true }), {
      name: "ConfigurationError",
      message: /"€" at position 4 and 4 more \(/,
    });
    assert.deepEqual(await kvm.keyboard.skippedIn(SECRETS.text, { strict: true }), []);
    assert.equal(sim.host.keyEvents.length, 0);
  });

  test("a device that does not tell its default keymap is asked in vain", async (t) => {
    const { sim, kvm } = await bench(t);
    sim.faults.add({ kind: "status", path: /keymaps/, code: 404 });
    assert.equal(await kvm.keyboard.skippedIn("€"), undefined);
    assert.equal(await kvm.keyboard.skippedIn("€", { strict: true }), undefined);
  });

  test("a macro tells what is skipped of each text", async (t) => {
    const { sim, kvm } = await bench(t);
    const print = (text: string, keymap?: string) => ({ event_type: "print", event: { text, keymap } });
    const macro = [print("a\u00a0b\rc"), print("1€", "de"), print("é2€"), print("3ł", "fr")];
    const { skipped } = await kvm.macros.play(JSON.stringify(macro), { repeat: 2 });
    assert.deepEqual(skipped, [
      { step: 3, character: "é", position: 0 },
      { step: 3, character: "€", position: 2 },
    ]);
    await until(() => sim.host.typed.startsWith("a b\nc1"));
    const unknown = await kvm.macros.play(JSON.stringify([{ event_type: "print", event: { text: "ok" } }]));
    assert.deepEqual(unknown.skipped, []);
  });
});

const TODAY = { major: 4, minor: 197 };
const others = (text: string, keymap: string, version = TODAY) =>
  skippedIn(text, keymap, version)?.map(({ character }) => character).join(""); // prettier-ignore

/** What kvmd itself made of such texts: its own code was run with the keymaps of the version. */
const TRIED: [keymap: string, version: string, text: string, skipped: string | undefined][] = [
  ["en-us", "4.197", "aZ~ \n\t×¦–‘’‚“”„€é…—\u200b\u00ad\u0000\u001b", "€é…—\u200b\u00ad\u0000\u001b"],
  ["en-us-colemak", "4.197", "a×¦", "¦"],
  ["en-gb", "4.197", "£€¬¦ẞŒœØø", "ẞŒœØ"],
  ["en-gb", "3.212", "£€¬¦ẞŒœØø", "ẞŒœØ"],
  ["de", "4.197", "äöüÄÖÜß€§°^´`ẞ‹›", "ẞ‹›"],
  ["de", "4.20", "äöüÄÖÜß€§°^´`ẞ‹›", "ẞ‹›"],
  ["fr", "4.197", "éèçàùâêœ²µ§", "âêœ"],
  ["es", "4.197", "ñÑçáé¿¡€", "áé"],
  ["sv", "4.197", "åäöÅÄÖ§€éø", "éø"],
  ["ru", "4.197", "Съешь ещё root№₴", "₴"],
  ["tr", "4.197", "ığüşöçİĞ₺", "₺"],
  ["pl", "4.197", "zażółć gęślą jaźń", ""],
  ["hu", "4.197", "árvíztűrő tükörfúrógép", ""],
  ["cz", "4.197", "žluťoučký kůň", "ťň"],
  ["ja", "4.197", "日本¥", "日本¥"],
  ["en-us", "3.84", "aZ~ \n\t×¦–“", "¦–"],
  ["en-us", "3.145", "–€", "€"],
  ["en-us", "2.45", "aZ~ \n\t×“", "\t×“"],
  ["en-us", "1.100", "aZ~ \n\t×“", "\n\t×“"],
  ["de", "3.84", "ä", undefined],
  ["of-my-own", "4.197", "a€", undefined],
];

for (const [keymap, version, text, skipped] of TRIED) {
  test(`kvmd ${version} skips of ${JSON.stringify(text)} with ${keymap}`, () => {
    const [major = 0, minor = 0] = version.split(".").map(Number);
    assert.equal(others(text, keymap, { major, minor }), skipped);
  });
}

test("of a device that does not tell its version nothing is known", () => {
  assert.equal(skippedIn("€", "en-us", undefined), undefined);
});

test("every keymap that PiKVM ships is known", () => {
  assert.deepEqual(Object.keys(LAYOUTS), [...KEYMAPS]);
});

for (const keymap of ["en-us", "en-gb", "de", "fr"]) {
  test(`the simulator, which has its own table, types the same with ${keymap}`, () => {
    const all = Array.from({ length: 0x3000 }, (_, code) => String.fromCodePoint(code));
    const skipped = all.filter((character) => [...keyChangesOf(character, keymap)].length === 0);
    assert.equal(others(all.join(""), keymap), skipped.join(""));
  });
}
