import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { AUTH_METHODS } from "../../src/client/vocabulary";
import { scaledClock, startSimulator, totpCode, type Fault, type Simulator } from "../../src/simulator";
import { device, fields, flow, node } from "../harness/flows";
import { ON_SECOND_LINE } from "../harness/lines";
import { NodeRed, type FlowConfig } from "../harness/node-red";
import { everythingSaid } from "../harness/said";
import { until } from "../harness/until";
import { ACTIONS, SOURCES } from "./usual/usual";

const PASSWORD = "Pa55-planted-Zebra";
const TOTP_SECRET = "MZXW6YTBOI3DSNZWGE2DGMZT";
const TYPED_SECRET = "luks-planted-Quagga";
const WRONG_PASSWORD = "wr0ng-planted-Okapi";

const red = NodeRed.duringTests({ storesFlows: true });
let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({
    switchUnits: 1,
    passwd: PASSWORD,
    totpSecret: TOTP_SECRET,
    clock: scaledClock(10),
    images: { "a.iso": 1 },
  });
});
after(() => simulator.close());

const FAULTS: Fault[] = [
  { kind: "hang" },
  { kind: "reset", after: true },
  { kind: "cut" },
  { kind: "garbage" },
  { kind: "truncated" },
  { kind: "html" },
  { kind: "proxy-error" },
  { kind: "status", code: 409 },
  { kind: "status", code: 500, body: "500 Internal Server Error" },
  { kind: "not-ok" },
  { kind: "redirect", location: "https://elsewhere.invalid/api" },
];

/** @param timeout seconds for an answer of the device */
function everyNode(deviceConfig: object, wires: string[][], timeout = "0.3"): FlowConfig {
  return flow(
    device(simulator, { timeout, ...deviceConfig }),
    ...[...ACTIONS, ...SOURCES].map(({ name, type, properties }) =>
      node(type, { id: name, wires, ...properties, ...("timeout" in properties ? { timeout } : {}) }),
    ),
    node("pikvm-hid-keys", {
      id: "secret",
      wires,
      ...fields({ text: ["secret", ""] }),
      credentials: { secret: TYPED_SECRET },
    }),
  );
}

/** One message for each action, and the number of them. */
function sendAll(): number {
  for (const { name, msg = {} } of ACTIONS) red.send(name, structuredClone(msg));
  red.send("hid-keys", { payload: TYPED_SECRET.toUpperCase() });
  red.send("secret", {});
  return ACTIONS.length + 2;
}

/** What came out of actions: they pass on what came in, sources do not. */
const fromActions = (id: string) => red.at(id).filter(({ topic }) => topic === undefined);

function assertNothingSecret(said: string): void {
  const codes = [-1, 0, 1].map((step) => totpCode(TOTP_SECRET, Date.now() + step * 30_000));
  const basic = Buffer.from(`admin:${PASSWORD}`).toString("base64").slice(0, 20);
  const secrets = { PASSWORD, TOTP_SECRET, TYPED_SECRET, WRONG_PASSWORD, basic };
  for (const [name, secret] of Object.entries(secrets))
    assert.ok(!said.includes(secret), `${name} was said: ${around(said, secret)}`);
  for (const code of codes) assert.ok(!said.includes(`${PASSWORD}${code}`));
}

function around(said: string, secret: string): string {
  const at = said.indexOf(secret);
  return said.slice(Math.max(0, at - 200), at + 40);
}

/** How one logs in is between the client and the device, whichever Node-RED it is. */
const METHODS = ON_SECOND_LINE ? AUTH_METHODS.slice(0, 1) : AUTH_METHODS;

for (const auth of METHODS) {
  for (const wires of [
    [["result"], ["error"]],
    [["result"], []],
  ]) {
    test(`no secret is ever said: ${auth}, errors ${wires[1]?.length ? "wired" : "caught"}`, async () => {
      const credentials = { password: PASSWORD, totpSecret: TOTP_SECRET };
      await red.deploy(everyNode({ auth, credentials }, wires, "30"));
      red.forget();
      const output = wires[1]?.length ? "error" : "caught";
      const all = sendAll();
      await until(() => fromActions("result").length + fromActions(output).length >= all, {
        what: "an answer to each",
      });
      assert.deepEqual(fromActions(output).map(({ error }) => error), []); // prettier-ignore
      const nodes = everyNode({ auth, credentials }, wires);
      await red.deploy(nodes);
      for (const fault of FAULTS) {
        const before = fromActions(output).length;
        const answers = () => fromActions(output).length + fromActions("result").length;
        const expected = answers() + all;
        const handle = simulator.faults.add(fault);
        sendAll();
        await until(() => answers() >= expected, { what: `${all} answers in spite of ${fault.kind}` });
        assert.ok(fromActions(output).length > before, `an error by ${fault.kind}`);
        handle.remove();
      }
      const mistakes = [
        { password: WRONG_PASSWORD },
        { totpSecret: `${TOTP_SECRET}!` },
        { password: `${PASSWORD}\u00e9` },
      ];
      for (const mistake of mistakes) {
        await red.deploy(everyNode({ auth, credentials: { ...credentials, ...mistake } }, wires));
        const expected = fromActions(output).length + all;
        sendAll();
        await until(() => fromActions(output).length >= expected);
      }
      assertNothingSecret(await everythingSaid(red, nodes));
    });
  }
}

test("the secrets are where they belong: in the credentials file", async () => {
  const credentials = { password: PASSWORD, totpSecret: TOTP_SECRET };
  await red.deploy(everyNode({ credentials }, [["result"], ["error"]]));
  const files = await readdir(red.userDir);
  const file = files.find((name) => name.endsWith("_cred.json"));
  assert.ok(file);
  const stored = await readFile(path.join(red.userDir, file), "utf8");
  for (const secret of [PASSWORD, TOTP_SECRET, TYPED_SECRET]) assert.ok(stored.includes(secret));
});
