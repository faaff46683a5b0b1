import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { startSimulator, type Simulator } from "../../src/simulator";
import { skip } from "../examples/browser";
import type { ChildNodeRed } from "../harness/child-node-red";
import { device, node } from "../harness/flows";
import { CHECKOUT } from "../harness/node-red";
import { NODE_SETS } from "../package/tarball";
import { Dialog } from "./dialog";
import type { Editor } from "./editor";
import { openWith } from "./shared";

type Stored = Record<string, unknown> & { id: string; type: string };

const TAB = { id: "tab", type: "tab", label: "versions" };
const FOLDER = path.join(CHECKOUT, "test/nodes/flows-0.1.0");

/** A node as 0.1.0 stored it, but for its id and place. */
const old = (name: string, index: number): Stored => ({
  ...(JSON.parse(readFileSync(path.join(FOLDER, `${name}.json`), "utf8")) as Stored),
  id: name,
  x: 150 + 250 * (index % 3),
  y: 100 + 60 * Math.floor(index / 3),
  wires: [[], []],
});

describe("a flow of another version in the editor", { skip }, () => {
  let simulator: Simulator;
  let nodeRed: ChildNodeRed;
  let editor: Editor;
  /** What came later has no older version. */
  const names = NODE_SETS.filter((name) => name !== "device" && existsSync(path.join(FOLDER, `${name}.json`)));
  const deployed = async (id: string): Promise<Record<string, unknown>> =>
    (await nodeRed.json<Stored[]>("flows")).find((node) => node.id === id) ?? {};

  const deploy = () => nodeRed.deployed(() => editor.deploy({ isAsked: true }));

  before(async () => {
    simulator = await startSimulator();
    // What a version before 0.1.0 had not; and a node of a version that is still to come.
    const { verify, verifyType, timeoutType, ...gpio } = old("gpio", names.indexOf("gpio"));
    assert.deepEqual([verify, verifyType, timeoutType], ["true", "bool", "num"]);
    // Written by hand, without its type.
    gpio["timeout"] = 60;
    const { videoIdle, ...box } = device(simulator);
    assert.equal(videoIdle, "30");
    const others = names.filter((name) => name !== "gpio").map((name) => old(name, names.indexOf(name)));
    const newer = node("pikvm-screen", {
      id: "newer",
      x: 150,
      y: 450,
      version: 99,
      action: "dance",
      actionType: "choice",
      colour: "red",
      colourType: "str",
      wires: [[], []],
    });
    ({ nodeRed, editor } = await openWith([TAB, box, gpio, ...others, newer]));
  });

  after(() => simulator.close());

  test("what an older one has stored is as right as it was", async () => {
    for (const name of ["device", ...names]) {
      const { valid, validationErrors } = await editor.node(name);
      assert.equal(valid, true, `${name}: ${String(validationErrors)}`);
    }
  });

  test("opened and saved, it is stored as this version stores it, with the defaults of what it had not", async () => {
    for (const name of names) {
      const dialog = await Dialog.ofNode(editor, name);
      await dialog.save();
    }
    const box = await Dialog.ofConfig(editor, "pikvm-device", "device");
    assert.deepEqual(await box.shown([{ field: "videoIdle" }]), { videoIdle: "30" });
    await box.save();
    await deploy();
    for (const name of names) {
      const { version, ...stored } = await deployed(name);
      assert.equal(version, 1, name);
      if (name !== "gpio") continue;
      assert.deepEqual([stored["verify"], stored["verifyType"], stored["action"]], ["true", "bool", "read"]);
      assert.deepEqual([stored["timeout"], stored["timeoutType"]], ["60", "num"]);
    }
    const { version, videoIdle } = await deployed("device");
    assert.deepEqual([version, videoIdle], [2, "30"]);
  });

  test("what a newer one has stored is said to be so, and kept with what is not known here", async () => {
    const { valid, validationErrors } = await editor.node("newer");
    assert.equal(valid, false);
    assert.match(String(validationErrors), /newer version of node-red-contrib-pikvm/);
    const kept = async (): Promise<void> => {
      const { version, action, colour, colourType } = await deployed("newer");
      assert.deepEqual([version, action, colour, colourType], [99, "dance", "red", "str"]);
    };
    await kept();
    const dialog = await Dialog.ofNode(editor, "newer");
    await dialog.set({ field: "name", value: "changed here" });
    await dialog.save();
    await deploy();
    assert.equal((await deployed("newer"))["name"], "changed here");
    await kept();
  });
});
