import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { before, describe, test } from "node:test";
import { startSimulator } from "../../src/simulator";
import { CHECKOUT } from "../harness/node-red";
import { installed, MANIFEST, runIn } from "./tarball";

const CLIENT = `${MANIFEST.name}/client`;

/** As a user writes it. */
const USE = `
import { PiKVM, PiKVMError, type AtxState } from "${CLIENT}";

export async function isOn(address: string, fingerprint: string): Promise<boolean> {
  await using kvm = new PiKVM({ address, user: "admin", password: "admin", trust: { fingerprint } });
  await kvm.open();
  const state: AtxState = await kvm.atx.getState({ signal: AbortSignal.timeout(10_000) });
  return state.leds.power;
}

isOn(process.argv[2] ?? "", process.argv[3] ?? "").then(
  (on) => console.log(on ? "on" : "off"),
  (error: unknown) => console.log(error instanceof PiKVMError ? error.name : "not ours"),
);
`;

/** What the documentation shows, as it stands there. */
const [, SHOWN = ""] = /^# The client$.*?^```ts$\n(.*?)^```$/ms.exec(readFileSync(path.join(CHECKOUT, "docs/client.md"), "utf8")) ?? []; // prettier-ignore

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    module: "node16",
    target: "es2022",
    lib: ["es2023", "esnext.disposable"],
    // Our declarations, too, are to be right.
    skipLibCheck: false,
    types: ["node"],
    typeRoots: [path.join(CHECKOUT, "node_modules/@types")],
  },
  files: ["use.ts", "shown.mts"],
};

describe("the client, installed from the tarball", () => {
  let folder: string;

  before(async () => {
    folder = await installed();
  });

  test("is what require and import of two names give", async () => {
    const script = `
      const { PiKVM } = require("${CLIENT}");
      if (PiKVM !== require("${MANIFEST.name}").PiKVM) throw new Error("two clients");
      import("${CLIENT}").then((module) => console.log(module.PiKVM === PiKVM && PiKVM.name));
    `;
    assert.equal(await runIn(folder, process.execPath, "-e", script), "PiKVM\n");
  });

  test("fits a strict TypeScript project, and works in it, as docs/client.md shows it too", async () => {
    await writeFile(path.join(folder, "use.ts"), USE);
    await writeFile(path.join(folder, "shown.mts"), SHOWN);
    await writeFile(path.join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
    await runIn(folder, process.execPath, path.join(CHECKOUT, "node_modules/typescript-7/bin/tsc"), "--singleThreaded");
    const simulator = await startSimulator({ power: true });
    const use = (fingerprint: string) => runIn(folder, process.execPath, "use.js", simulator.url, fingerprint);
    try {
      assert.equal(await use(simulator.fingerprint), "on\n");
      assert.equal(await use("00".repeat(32)), "ConnectError\n");
      const settings = [
        `PIKVM_URL=${simulator.url}`,
        "PIKVM_PASSWORD=admin",
        `PIKVM_FINGERPRINT=${simulator.fingerprint}`,
      ];
      const printed = await runIn(folder, "env", ...settings, process.execPath, "shown.mjs");
      assert.match(printed, /power: true.*ok: true/s);
      assert.equal(simulator.host.typed, "root\n");
    } finally {
      await simulator.close();
    }
  });

  test("comes with a simulator as a program", async () => {
    const program = path.join(folder, "node_modules/.bin/pikvm-simulator");
    assert.match(await runIn(folder, program, "--help"), /^Usage: pikvm-simulator/);
  });
});
