import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { startSimulator } from "../../src/simulator";
import { skip } from "../examples/browser";
import { device, node } from "../harness/flows";
import { until } from "../harness/until";
import { Dialog } from "./dialog";
import { openWith } from "./shared";

const SECRETS = {
  password: "pw-Kestrel_7731",
  totpSecret: "MZXW6YTBOJSXG5DFNVSGK3TU",
  text: "typed-Osprey_5518",
  header: "header-Heron_2204",
};
const TAB = { id: "tab", type: "tab", label: "secrets" };
const INJECT = {
  id: "inject",
  type: "inject",
  z: "tab",
  x: 100,
  y: 100,
  name: "",
  props: [],
  repeat: "",
  wires: [["node"]],
};

test("secrets that are typed into dialogs are kept and never shown again", { skip }, async (t) => {
  const simulator = await startSimulator({ passwd: SECRETS.password, totpSecret: SECRETS.totpSecret });
  t.after(() => simulator.close());
  const keys = node("pikvm-hid-keys", { textType: "secret", x: 350, y: 100, wires: [[], []] });
  const { nodeRed, editor } = await openWith([
    TAB,
    INJECT,
    device(simulator, { headers: ["X-Lab"], credentials: { header1: SECRETS.header } }),
    keys,
  ]);

  /** All answers to the editor from now on. */
  const answers: Promise<string>[] = [];
  editor.page.on("response", (response) => answers.push(response.text().catch(() => "")));
  const openDevice = (): Promise<Dialog> => Dialog.ofConfig(editor, "pikvm-device", "device");
  const openKeys = (): Promise<Dialog> => Dialog.ofNode(editor, "node");

  await t.test("they are typed in, deployed and used", async () => {
    const deviceDialog = await openDevice();
    await deviceDialog.set({ field: "password", value: SECRETS.password });
    await deviceDialog.set({ field: "totpSecret", value: SECRETS.totpSecret });
    await deviceDialog.save();
    const keysDialog = await openKeys();
    await keysDialog.set({ field: "secret", value: SECRETS.text });
    await editor.picture("hid-keys-secret");
    await keysDialog.save();
    await nodeRed.deployed(() => editor.deploy());
    await nodeRed.inject("inject");
    await until(() => simulator.host.typed === SECRETS.text, { what: "the secret, typed" });
    assert.deepEqual(nodeRed.errors, []);
  });

  await t.test("they are in Node-RED's file of credentials, and nowhere in the flow", async () => {
    const read = (file: string): Promise<string> => readFile(path.join(nodeRed.userDir, file), "utf8");
    const credentials = await read("flows_cred.json");
    for (const secret of Object.values(SECRETS)) assert.ok(credentials.includes(secret), secret);
    assertNoSecret(await read("flows.json"));
    assertNoSecret(await (await nodeRed.get("flows")).text());
  });

  await t.test("a reloaded editor opens the dialogs without them", async () => {
    await editor.load({ url: nodeRed.url });
    const dialogs: [open: () => Promise<Dialog>, fields: string[]][] = [
      [openDevice, ["password", "totpSecret"]],
      [openKeys, ["secret"]],
    ];
    for (const [open, fields] of dialogs) {
      const dialog = await open();
      for (const field of fields) {
        assert.equal(await dialog.field(field).getAttribute("type"), "password");
        assert.equal(await dialog.field(field).inputValue(), "__PWRD__");
      }
      assertNoSecret(await editor.page.content());
      await dialog.save();
    }
    for (const answer of answers) assertNoSecret(await answer);
  });

  await t.test("saving these dialogs and deploying again does not lose them", async () => {
    const dialog = await openDevice();
    await dialog.set({ field: "name", value: "renamed" });
    await dialog.save();
    await nodeRed.deployed(() => editor.deploy());
    simulator.host.forget();
    await nodeRed.inject("inject");
    await until(() => simulator.host.typed === SECRETS.text, { what: "the secret, typed again" });
    assert.deepEqual(editor.problems, []);
    for (const { msg } of nodeRed.logs) assertNoSecret(msg);
  });

  await t.test("what is taken out of the dialogs is gone, in the file and at the nodes", async () => {
    const deviceDialog = await openDevice();
    await deviceDialog.unfoldAll();
    for (const field of ["password", "totpSecret"]) await deviceDialog.set({ field, value: "" });
    // A header goes with its name, a text that was kept when another one is typed instead.
    await deviceDialog.tray.locator("input.pikvm-header-name").first().fill("");
    await deviceDialog.save();
    const keysDialog = await openKeys();
    await keysDialog.set({ field: "text", type: "str", value: "other" });
    await keysDialog.save();
    await nodeRed.deployed(() => editor.deploy());
    assertNoSecret(await readFile(path.join(nodeRed.userDir, "flows_cred.json"), "utf8"));
    const asked = simulator.requests.length;
    await nodeRed.inject("inject");
    await until(() => nodeRed.errors.length > 0, { what: "the login to be refused" });
    assert.ok(simulator.requests.length > asked);
    assertNoSecret(JSON.stringify(simulator.requests.slice(asked)));
  });
});

function assertNoSecret(text: string): void {
  for (const [name, secret] of Object.entries(SECRETS)) assert.ok(!text.includes(secret), `the ${name} is in it`);
}
