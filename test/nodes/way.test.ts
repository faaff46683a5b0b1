import assert from "node:assert/strict";
import { after, before, beforeEach, test, type TestContext } from "node:test";
import { startSimulator, type Simulator } from "../../src/simulator";
import { connectProxy } from "../client/connect-proxy";
import { device, fields, flow, node } from "../harness/flows";
import { NodeRed } from "../harness/node-red";

// How the settings of a device reach it: through a proxy, and past a login in front of it.

const red = NodeRed.duringTests();
let simulator: Simulator;
before(async () => {
  simulator = await startSimulator();
});
after(() => simulator.close());
beforeEach(() => red.forget());

const proxyNode = (target: string, overrides: object = {}) => ({
  id: "proxy",
  type: "http proxy",
  name: "",
  url: `http://${target}`,
  noproxy: [],
  credentials: { username: "us er", password: "p@ss" },
  ...overrides,
});

/** What an action answers or fails with. */
async function answer(settings: object, ...others: ReturnType<typeof proxyNode>[]) {
  await red.deploy(flow(...others, device(simulator, settings), node("pikvm-atx-power", fields({ action: ["choice", "state"] })))); // prettier-ignore
  red.forget();
  red.send("node", {});
  return Promise.race([red.message("result"), red.message("error")]);
}
const errorOf = (msg: Record<string, unknown>) => msg["error"] as { name: string; code: string; message: string };
const wanting = (t: TestContext) => connectProxy(t, { login: "us er:p@ss" });

test("Node-RED's own http proxy node carries the connection, with its login", async (t) => {
  const { target, asked } = await wanting(t);
  assert.ok((await answer({ proxy: "proxy" }, proxyNode(target)))["payload"]);
  assert.deepEqual(asked.map(({ login }) => login), ["us er:p@ss"]); // prettier-ignore
});

test("hosts that it is not for are reached without it", async (t) => {
  const { target, asked } = await wanting(t);
  const noproxy = (entry: string) => answer({ proxy: "proxy" }, proxyNode(target, { noproxy: ["other.lan", entry] }));
  for (const entry of ["127.0.0.1", `127.0.0.1:${simulator.port}`, ".0.1", "*.0.0.1", "*"])
    assert.ok((await noproxy(entry))["payload"], entry);
  assert.deepEqual(asked, []);
  for (const [index, entry] of ["0.0.1", "127.0.0.1:1", ""].entries()) {
    await noproxy(entry);
    assert.equal(asked.length, index + 1, entry);
  }
});

test("a proxy that is not there, or not one that we can speak to, is named", async () => {
  assert.equal(errorOf(await answer({ proxy: "gone" })).code, "NOT_CONFIGURED");
  const tls = errorOf(await answer({ proxy: "proxy" }, proxyNode("127.0.0.1:9", { url: "https://127.0.0.1:9" })));
  assert.deepEqual([tls.name, tls.message.includes("p@ss")], ["ConfigurationError", false]);
});

test("extra headers: names from the flow, values from the credentials", async () => {
  const seen = () => simulator.requests.at(-1)?.headers ?? {};
  const credentials = { password: "admin", header1: "one", header3: "three" };
  assert.ok((await answer({ headers: ["X-First", "", "X-Third"], credentials }))["payload"]);
  assert.deepEqual([seen()["x-first"], seen()["x-third"]], ["one", "three"]);
  const error = errorOf(await answer({ headers: ["X-First", "X-Second"], credentials }));
  assert.deepEqual([error.name, error.code], ["ConfigurationError", "NOT_CONFIGURED"]);
  assert.match(error.message, /X-Second has no value/);
});
