import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { CHECKOUT } from "../harness/node-red";
import { textsInCode, textsInHtml } from "./own-texts";
import { SAME } from "./same-words";
import { NODE_SETS } from "./tarball";
import { readWords } from "./words";

// Every language says what en-US says, in words of its own, and there are no words anywhere else.

const LOCALES = path.join(CHECKOUT, "nodes/locales");
/** Node-RED's own names of languages. */
const LANGUAGES = readdirSync(LOCALES);
const OTHERS = LANGUAGES.filter((lang) => lang !== "en-US");

const read = (file: string): string => readFileSync(path.join(CHECKOUT, file), "utf8");
const sorted = (found: Iterable<string>): string[] => [...found].sort();
const all = (text: string, what: RegExp): string[] => sorted(Array.from(text.matchAll(what), ([whole]) => whole));

/** What a translation has to keep: what is put in, tags with what they need, and what stands in `code`. */
const keptIn = (text: string) => ({
  placeholders: all(text, /__\w+__/g),
  tags: all(text, /<[^>]*>/g),
  code: all(text, /<code>[^<]*<\/code>/g),
  variables: all(text, /\$\{\w+\}|https?:\/\/[^\s"<]*/g),
});

/** The tags that make blocks, in their order: the order of words in a sentence is each language's own. */
const blocksOf = (html: string): string[] =>
  Array.from(html.matchAll(/<(?!\/?(?:code|b|i|a|br)\b)[^>]*>/g), ([tag]) => tag);

test("the languages are named as Node-RED names them", () => {
  const known = ["en-US", "de", "es-ES", "fr", "ja", "ko", "pt-BR", "ru", "zh-CN", "zh-TW"];
  for (const lang of LANGUAGES) assert.ok(known.includes(lang), lang);
  assert.ok(LANGUAGES.includes("en-US"));
});

for (const lang of OTHERS) {
  describe(lang, () => {
    test("has the files of en-US", () => {
      const files = (of: string) => readdirSync(path.join(LOCALES, of)).sort();
      assert.deepEqual(files(lang), files("en-US"));
    });

    for (const name of NODE_SETS) {
      const own = readWords(lang, name);
      const english = [...readWords("en-US", name)];

      test(`${name}: each word keeps what is put in, tags, code, and the value that it begins with`, () => {
        assert.deepEqual(sorted(own.keys()), sorted(english.map(([key]) => key)));
        for (const [key, word] of english) {
          const translated = own.get(key) ?? "";
          assert.deepEqual(keptIn(translated), keptIn(word), `${key}: ${translated}`);
          // In a dialog a choice is shown as `on: ...`, in a help without what stands before the colon.
          const value = `${key.split(".").at(-1) ?? ""}: `;
          // What all dialogs share are no choices.
          if (word.startsWith(value) && !key.startsWith("common."))
            assert.ok(translated.startsWith(value), `${key} must begin with "${value}"`);
        }
      });

      test(`${name}: no word is left in English`, () => {
        const same = new Set([...(SAME["every"] ?? []), ...(SAME[lang] ?? [])]);
        const left = english.filter(([key, word]) => own.get(key) === word && /\p{L}/u.test(word) && !same.has(word));
        assert.deepEqual(left, []);
      });
    }

    for (const name of [...NODE_SETS, "parts"]) {
      test(`${name}.html has the parts, links and code of en-US, and no paragraph in English`, () => {
        const [own, english] = [lang, "en-US"].map((of) => read(`nodes/locales/${of}/${name}.html`));
        assert.ok(own !== undefined && english !== undefined);
        assert.deepEqual(blocksOf(own), blocksOf(english));
        assert.deepEqual(keptIn(own), keptIn(english));
        const texts = (html: string) => textsInHtml(shown(html)).map((text) => text.replaceAll(/\s+/g, " "));
        const before = new Set(texts(english).filter((text) => text.split(" ").length > 3));
        assert.deepEqual(
          texts(own).filter((text) => before.has(text)),
          [],
        );
      });
    }
  });
}

/** A help is in a script for Node-RED. */
const shown = (html: string): string => html.replaceAll(/<\/?script[^>]*>/g, "");

test("what a help names is called so in the dialogs of its language", () => {
  for (const lang of LANGUAGES) {
    const words = new Set(NODE_SETS.flatMap((name) => [...readWords(lang, name).values()]).flatMap(namesIn));
    const parts = (name: string) => read(`nodes/locales/${lang}/${name}.html`);
    for (const name of NODE_SETS) {
      const named = Array.from(parts(name).matchAll(/<i>([^<]+)<\/i>/g), ([, text = ""]) =>
        text.replaceAll(/\s+/g, " "),
      );
      const unknown = named.filter((text) => !words.has(text.toLowerCase()));
      assert.deepEqual(unknown, [], `${lang}/${name}.html`);
    }
  }
});

/** By which a help may name a field or a choice: all of its words, or those before what explains them. */
function namesIn(word: string): string[] {
  const whole = word.toLowerCase();
  return [whole, ...Array.from(whole.matchAll(/[:,.(:(,。]/gu), ({ index }) => whole.slice(0, index).trim())];
}

test("no text for people stands in the html or the code of a dialog", () => {
  const files = (folder: string) =>
    readdirSync(path.join(CHECKOUT, folder), { recursive: true, encoding: "utf8" }).map((file) =>
      path.join(folder, file),
    );
  const own = [...files("src/editor"), ...files("nodes")].filter((file) => !file.includes("locales"));
  const found = own.flatMap((file) => {
    if (file.endsWith("dialog.html")) return textsInHtml(read(file)).map((text) => `${file}: ${text}`);
    const isEditor = file.startsWith("src/editor") || path.basename(file).startsWith("editor");
    if (!isEditor || !/(?<!\.d)\.ts$/.test(file)) return [];
    return textsInCode(read(file), file).map((text) => `${file}: ${text}`);
  });
  assert.deepEqual(found, []);
  // What the build makes has none either.
  for (const name of NODE_SETS) {
    const [, form = ""] = read(`dist/nodes/${name}.html`).split(/<script type="text\/html"[^>]*>/);
    assert.ok(form.length > 100);
    assert.deepEqual(textsInHtml(shown(form)), [], name);
  }
});

test("a text that is not in a catalogue is found", () => {
  assert.deepEqual(textsInHtml('<p title="Try it">Press <b data-i18n="x"></b></p><option value="on">'), [
    "Press",
    "Try it",
  ]);
  const code = 'a("Press it"); b.text("Cancel"); $("<i>Oh</i>"); $("#a .b"); c.addClass("one two"); d(`Look at ${x}`);';
  assert.deepEqual(textsInCode(code, "some.ts"), ["Press it", "Cancel", "Oh", "Look at 0"]);
});
