import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { startSimulator, type Simulator } from "../../src/simulator";
import { skip } from "../examples/browser";
import type { ChildNodeRed } from "../harness/child-node-red";
import { device } from "../harness/flows";
import { ON_SECOND_LINE, once } from "../harness/lines";
import { CHECKOUT } from "../harness/node-red";
import { defaultsOf } from "../harness/registered";
import { schemaOf } from "../harness/schemas";
import { BRIDGES, SOURCES } from "../nodes/usual/usual";
import { NODE_SETS } from "../package/tarball";
import { readWords } from "../package/words";
import { Dialog, type Setting } from "./dialog";
import { Editor, HAS_DARK_THEME, PICTURES, WINDOW } from "./editor";
import { openWith } from "./shared";
import { complete } from "./visits/complete";
import type { Visit } from "./visits/visit";

const LANGUAGES = readdirSync(path.join(CHECKOUT, "nodes/locales"));
const KEYS = NODE_SETS.flatMap((name) => [...readWords("en-US", name).keys()]);

/** The words of a node with these keys, each in every language. */
function translated(name: string, isWanted: (key: string) => boolean): string[][] {
  const catalogues = LANGUAGES.map((lang) => readWords(lang, name));
  const keys = [...(catalogues[0]?.keys() ?? [])].filter(isWanted);
  return keys.map((key) => catalogues.map((words) => words.get(key) ?? key));
}

/** The same, of all that its lists offer. */
function choicesOf(name: string): string[] {
  const choices = Object.entries(schemaOf(name).fields).filter(([, { kind }]) => kind === "choice");
  return choices.flatMap(([field]) => translated(name, (key) => key.startsWith(`${field}.`))).flat();
}

/** Keys of words that are to be seen instead of the words. */
function untranslated(text: string): string[] {
  const words = new Set(text.split(/[^\w./:-]+/));
  return ["node-red-contrib-pikvm/", ...KEYS].filter(
    (key) => words.has(key) || (key.endsWith("/") && text.includes(key)),
  );
}

/** What a person does in each dialog: what the file of the node's name says, and each other field of its schema. */
const WHOLE_VISITS = new Map(
  NODE_SETS.map((name) => {
    // oxlint-disable-next-line typescript/no-require-imports -- one file for each node, found by its name
    const { visit } = require(`./visits/${name}.js`) as { visit: Visit };
    return [name, complete(schemaOf(name), visit)];
  }),
);
/** Which values are right is not Node-RED's matter: its second line has the last mistake and the first two settings. */
const VISITS = ON_SECOND_LINE
  ? new Map(
      [...WHOLE_VISITS].map(([name, { mistakes, settings }]) => [
        name,
        { mistakes: mistakes.slice(-1), settings: settings.slice(0, 2) },
      ]),
    )
  : WHOLE_VISITS;

/** Yes or no, unless a new node has it from elsewhere. */
const FLAGS = new Map(
  NODE_SETS.map((name) => {
    const fields = Object.entries(schemaOf(name).fields);
    const isBox = ([, { kind, default: value }]: (typeof fields)[number]) =>
      kind === "flag" && typeof value === "boolean";
    return [name, fields.filter(isBox).map(([field]) => field)];
  }),
);

/** What is in each field at the end of a visit. */
const lastOf = ({ settings }: Visit): Record<string, Setting["value"]> =>
  Object.fromEntries(settings.flat().map(({ field, value }) => [field, value]));

/**
 * The properties that a person fills in: all but lists, whose entries have tests of their own, and what goes with a
 * typed input.
 */
function fieldsOf(name: string): string[] {
  const defaults = defaultsOf(name);
  const isType = (property: string) => property.endsWith("Type") && property.slice(0, -"Type".length) in defaults;
  const filledIn = Object.keys(defaults).filter((property) => property !== "version" && !isType(property));
  return filledIn.filter((property) => !Array.isArray(defaults[property]));
}

const FOUND_BY = {
  keyboard: "hid-keys",
  mouse: "hid-mouse",
  usb: "msd-mount",
  relay: "gpio",
  screenshot: "screen",
  power: "atx-power",
  iso: "msd-image",
};

/** Contrast of text that everybody can read (WCAG AA). */
const LEGIBLE = 4.5;

const place = (index: number): [x: number, y: number] => [150 + 250 * (index % 3), 150 + 80 * Math.floor(index / 3)];

describe("every dialog", { skip }, () => {
  let simulator: Simulator;
  let nodeRed: ChildNodeRed;
  let editor: Editor;

  before(async () => {
    simulator = await startSimulator();
    ({ nodeRed, editor } = await openWith([
      { id: "0123456789abcdef", type: "tab", label: "dialogs" },
      { id: "tls", type: "tls-config", name: "TLS", cert: "", key: "", ca: "" },
      { id: "proxy", type: "http proxy", name: "", url: "http://127.0.0.1:1", noproxy: [] },
      { id: "broker", type: "mqtt-broker", broker: "127.0.0.1", port: "1", keepalive: "60", autoConnect: false },
      device(simulator),
    ]));
  });

  after(() => simulator.close());

  for (const [name, visit] of VISITS) {
    const type = `pikvm-${name}`;
    let id: string;
    /** As it was opened for the first test. The last one, which saves, opens it anew each time. */
    let dialog: Dialog;
    const open = (): Promise<Dialog> =>
      type === "pikvm-device" ? Dialog.ofConfig(editor, type, id) : Dialog.ofNode(editor, id);

    describe(type, () => {
      const { mistakes, settings } = visit;

      before(async () => {
        id = type === "pikvm-device" ? "device" : await editor.drag(type, ...place(NODE_SETS.indexOf(name)));
        dialog = await open();
      });

      after(() => editor.closeDialogs());

      test("looks right in both themes, with every word translated", async (t) => {
        // Of the device, something is given from the start.
        if (type !== "pikvm-device") {
          assert.equal(await dialog.tray.locator("details[open]").count(), 0);
          assert.ok(!(await dialog.field("deviceFromMsg").isVisible()));
        }
        await dialog.unfoldAll();
        const emptyFolds = dialog.tray.locator("details.pikvm-more:visible:not(:has(.form-row:visible))");
        assert.equal(await emptyFolds.count(), 0);
        for (const theme of ["light", "dark"] as const) {
          await editor.setTheme(theme);
          await editor.picture(`${name}-${theme}`);
          const contrasts = await dialog.contrasts(".pikvm-hint:visible, .pikvm-unit:visible");
          assert.ok(Math.min(...contrasts) >= LEGIBLE, `${theme}: ${String(contrasts)}`);
          if (theme === "light" || HAS_DARK_THEME) assert.deepEqual(await dialog.barriers(), [], theme);
        }
        t.diagnostic(`with PICTURES=yes, pictures are in ${PICTURES}`);
        await editor.setTheme("light");
        assert.deepEqual(await dialog.typed(FLAGS.get(name) ?? []), [], "yes or no is a box");
        assert.deepEqual(untranslated((await dialog.tray.textContent()) ?? ""), []);
      });

      test("fits into a window that is 820 pixels wide", async () => {
        await editor.page.setViewportSize({ ...WINDOW, width: 820 });
        await dialog.unfoldAll();
        await editor.picture(`${name}-narrow`);
        assert.deepEqual(await dialog.cutOff(), []);
        // As narrow as somebody may draw the dialog.
        await dialog.tray.evaluate((tray) => void $(tray).width(480));
        assert.deepEqual(await dialog.cutOff(), []);
        await editor.picture(`${name}-narrowest`);
        const placeholders = translated(name, (key) => key.startsWith("placeholder."));
        assert.deepEqual(await dialog.cutPlaceholders(placeholders), []);
        assert.deepEqual(await dialog.cutChoices(choicesOf(name)), []);
        await editor.page.setViewportSize(WINDOW);
      });

      test("says what is wrong with a wrong value", async () => {
        await dialog.unfoldAll();
        for (const [index, { given = [], reason, ...wrong }] of mistakes.entries()) {
          // The last one as a person does.
          const isByHand = index === mistakes.length - 1;
          if (isByHand) for (const setting of [...given, wrong]) await dialog.set(setting);
          else await dialog.enter([...given, wrong]);
          assert.deepEqual(await dialog.marked([wrong.field]), [wrong.field]);
          if (isByHand) await dialog.showsReason(wrong.field, reason);
          else assert.ok((await dialog.reasonAt(wrong.field)).startsWith(reason), reason);
        }
        await dialog.cancel();
      });

      test("keeps what is entered, in every field", async () => {
        dialog = await open();
        for (const entered of settings) {
          // The first ones as a person does.
          if (entered === settings[0]) for (const setting of entered) await dialog.set(setting);
          else {
            await dialog.unfoldAll();
            await dialog.enter(entered);
          }
          assert.deepEqual(await dialog.marked(entered.map(({ field }) => field)), []);
          if (entered === settings[0]) await editor.picture(`${name}-filled-in`);
          await dialog.save();
          const node = await editor.node(id);
          assert.equal(node.valid, true, String(node.validationErrors));
          dialog = await open();
          for (const { field, value, type } of entered) {
            assert.equal(node[field], value, field);
            if (type !== undefined) assert.equal(node[`${field}Type`], type);
          }
          const values = Object.fromEntries(entered.map(({ field, value }) => [field, value]));
          assert.deepEqual(await dialog.shown(entered), values);
          const isUsual = name === "device" && values["trust"] === "fingerprint";
          if (!isUsual) assert.deepEqual(await dialog.folded(entered.map(({ field }) => field)), []);
        }
        await dialog.cancel();
      });

      test("has help", async () => {
        await editor.page.evaluate((type) => RED.sidebar.help.show(type), type);
        const help = editor.page.locator(".red-ui-help:visible").last();
        await help.locator("h3").first().waitFor();
        const text = await help.innerText();
        for (const part of type === "pikvm-device" ? ["Details"] : ["Outputs", "Details", "Errors"])
          assert.ok(text.includes(part), part);
        assert.deepEqual(untranslated(text), []);
        await editor.picture(`${name}-help`);
      });
    });
  }

  once("every field is entered", () => {
    for (const [name, visit] of WHOLE_VISITS) {
      const entered = lastOf(visit);
      const left = fieldsOf(name).filter((field) => !(field in entered) && !visit.unread?.includes(field));
      assert.deepEqual(left, [], name);
    }
  });

  test("what was entered is deployed as it is", async () => {
    await nodeRed.deployed(() => editor.deploy());
    const flow = await nodeRed.json<Record<string, unknown>[]>("flows");
    for (const [name, visit] of VISITS) {
      const node = flow.find((deployed) => deployed["type"] === `pikvm-${name}`);
      for (const [field, value] of Object.entries(lastOf(visit)))
        assert.equal(node?.[field], value, `${name} ${field}`);
    }
  });

  test("a node that is added takes the only device at once; what is brought back stays as it was", async () => {
    const { page } = editor;
    const id = await editor.drag("pikvm-gpio", 650, 600);
    const ofNode = () =>
      page.evaluate((id) => {
        const [node, device] = [RED.nodes.node(id), RED.nodes.node("device")];
        return { device: node?.["device"], valid: node?.valid, isUser: device?.users?.some((user) => user.id === id) };
      }, id);
    assert.deepEqual(await ofNode(), { device: "device", valid: true, isUser: true });
    await page.evaluate(() => RED.history.pop());
    assert.deepEqual(await ofNode(), { device: undefined, valid: undefined, isUser: false });
    await page.evaluate(() => RED.history.redo());
    assert.deepEqual(await ofNode(), { device: "device", valid: true, isUser: true });
    // Of an import that says nothing of a device somebody else has to know it.
    const imported = await page.evaluate(() => {
      const node = { id: "imported", type: "pikvm-gpio", z: "0123456789abcdef", device: "", x: 650, y: 650 };
      RED.nodes.import([node]);
      return RED.nodes.node("imported")?.["device"];
    });
    assert.equal(imported, "");
  });

  test("the palette finds nodes by what people type", async () => {
    const search = editor.page.locator("#red-ui-palette-search input");
    const place = (name: string) => editor.page.locator(`.red-ui-palette-node[data-palette-type="pikvm-${name}"]`);
    for (const [word, name] of Object.entries(FOUND_BY)) {
      await search.fill("");
      await search.pressSequentially(word);
      await place(name).waitFor();
      assert.equal((await place(name).innerText()).replaceAll("\u2011", "-").replace(/\s/g, ""), name);
      await place("request").waitFor({ state: "hidden" });
    }
    await search.fill("");
    // In two lines, of which none ends within a word.
    assert.equal(await place("screen-watch").locator(".red-ui-palette-label").textContent(), "screen\u2011watch");
    assert.deepEqual(await place("screen-watch").locator("br").count(), 1);
  });

  test("the page complains about nothing", () => {
    assert.deepEqual(editor.problems, []);
    // Nobody is at the address that was entered, which the sources say sooner or later.
    const sources = new Set<unknown>([...SOURCES, ...BRIDGES].map(({ type }) => type));
    assert.deepEqual(
      nodeRed.errors.filter(({ type }) => !sources.has(type)),
      [],
    );
  });
});
