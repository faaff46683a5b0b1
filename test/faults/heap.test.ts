import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { AUTH_METHODS } from "../../src/client/vocabulary";
import { startSimulator } from "../../src/simulator";
import { ChildNodeRed } from "../harness/child-node-red";
import { device, fields, node } from "../harness/flows";
import { until } from "../harness/until";

// What a device was given is gone from Node-RED's memory when the device is: looked for in all that its heap holds. Bytes
// outside of the heap, such as those of a socket, are in no such picture.

/** One that Node-RED itself listens to for nothing else. */
const SIGNAL = "SIGWINCH";

const TOTP = "MZXW6YTBOI3DSNZWGE2DGMZT";
const KEPT = "kept-Heron-5513x";
const REMOVED = "removed-Kestrel-40k1";
/** Of each device that goes. */
const secretsOf = (name: string) => ({
  password: `pw-${name}-Zebra-918`,
  header: `header-${name}-Quokka-3341`,
  text: `typed-${name}-Osprey-7701`,
});

test("no secret of a device that is gone is in the memory", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "pikvm-heap-"));
  t.after(() => rm(folder, { recursive: true }));
  const nodeOptions = [`--heapsnapshot-signal=${SIGNAL}`, `--diagnostic-dir=${folder}`, "--heap-snapshot-string-limit=50000"]; // prettier-ignore
  const red = await ChildNodeRed.start({ nodeOptions });
  t.after(() => red.stop());

  const common = [
    { id: "tab", type: "tab", label: "heap" },
    // Never asked, and there to the end: what is looked for can be found.
    device({ url: "https://127.0.0.1:1", fingerprint: "" }, { id: "kept", name: "kept", credentials: { password: KEPT } }), // prettier-ignore
  ];
  const parts = [];
  // One for each way to log in, one that is refused, and one from which nothing comes back.
  for (const name of [...AUTH_METHODS, "refused", "silent"]) {
    const { password, header, text } = secretsOf(name);
    const simulator = await startSimulator({ passwd: name === "refused" ? "another" : password, totpSecret: TOTP });
    t.after(() => simulator.close());
    if (name === "silent") simulator.faults.add({ kind: "hang" });
    const credentials = { password, totpSecret: TOTP, header1: header };
    const auth = AUTH_METHODS.find((method) => method === name) ?? "headers";
    const id = `by-${name}`;
    const own = { device: id, wires: [[], []] };
    const secret = { ...fields({ text: ["secret", ""], fast: ["bool", "true"] }), credentials: { secret: text } };
    const asked = ["screen", "hid-keys"].map((type) => `${type}-${name}`);
    const nodes = [
      device(simulator, { id, name, auth, headers: ["X-Lab"], credentials }),
      node("pikvm-screen", { ...own, id: `screen-${name}` }),
      node("pikvm-hid-keys", { ...own, ...secret, id: `hid-keys-${name}` }),
      node("pikvm-events", { ...own, id: `events-${name}` }),
      { id: `inject-${name}`, type: "inject", z: "tab", x: 1, y: 1, name: "", props: [], repeat: "", wires: [asked] },
    ];
    parts.push({ name, simulator, nodes, text });
  }
  // Its password is taken out in the editor, which sends an empty one.
  const emptied = (password: string) =>
    device({ url: "https://127.0.0.1:1", fingerprint: "" }, { id: "emptied", name: "emptied", credentials: { password } }); // prettier-ignore
  await red.deploy([...common, emptied(REMOVED), ...parts.flatMap(({ nodes }) => nodes)]);
  for (const { name } of parts) await red.inject(`inject-${name}`);
  for (const { name, simulator, text } of parts) {
    const isUsed = () =>
      name === "refused" || name === "silent" ? simulator.requests.length > 0 : simulator.host.typed === text;
    await until(isUsed, { what: `the secrets of ${name} to be used` });
  }
  await red.deploy([...common, emptied("")]);

  const heap = await heapOf(red, folder);
  assert.ok(heap.includes(KEPT), "the picture has what is still there");
  const secrets = parts.flatMap(({ name }) => Object.values(secretsOf(name)));
  const logins = parts.map(({ name }) => Buffer.from(`admin:${secretsOf(name).password}`).toString("base64").slice(0, 24)); // prettier-ignore
  const found = [...secrets, ...logins, TOTP, REMOVED].filter((secret) => heap.includes(secret));
  assert.deepEqual(found, []);
});

/** All that is in the heap of a Node-RED, after its garbage was collected. */
async function heapOf(red: ChildNodeRed, folder: string): Promise<Buffer> {
  red.signal(SIGNAL);
  const file = await until(async () => (await readdir(folder))[0], { what: "a picture of the heap" });
  // Meanwhile it answers nobody, and then closes connections that were idle.
  const answers = () => red.get("settings").then(
    () => true,
    () => false,
  ); // prettier-ignore
  await until(answers, { what: "an answer after it was written", timeout: 120_000 });
  return readFile(path.join(folder, file));
}
