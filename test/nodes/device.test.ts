import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { AUTH_METHODS } from "../../src/client/vocabulary";
import { issueCertificate, scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { Device } from "../../src/runtime/device";
import { device, fields, flow, node } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

const TOTP_SECRET = "JBSWY3DPEHPK3PXP";
const STATE = fields({ action: ["choice", "state"] });

const red = NodeRed.duringTests();
let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ clock: scaledClock(10) });
});
after(() => simulator.close());
beforeEach(() => red.forget());

const simulatorIsUnused = () => until(() => simulator.sessions === 0);

/** Whether an action works with a device that is set up like this. */
async function works(on: Simulator, config: object): Promise<void> {
  await red.deploy(flow(device(on, config), node("pikvm-atx-power", STATE)));
  red.forget();
  red.send("node", {});
  const msg = await Promise.race([
    red.message("result"),
    red.message("error").then(({ error }) => assert.fail(JSON.stringify(error))),
  ]);
  assert.ok(msg["payload"]);
}

test("who joins in the moment in which the last one leaves gets a client that is open", async () => {
  const options = () => ({ address: simulator.url, trust: { fingerprint: simulator.fingerprint } });
  const shared = new Device({ id: "device", name: "bench", isInsecure: false, options });
  const [first, second] = [{}, {}];
  await shared.join(first);
  const leaving = shared.leave(first);
  const kvm = await shared.join(second);
  await leaving;
  // It has no password; a closed one would not even ask.
  await assert.rejects(kvm.auth.check(), { name: "AuthError" });
  await shared.leave(second);
});

test("each way to authenticate works, with and without two-factor", async () => {
  for (const totpSecret of ["", TOTP_SECRET]) {
    const own = await startSimulator(totpSecret ? { totpSecret } : {});
    for (const auth of AUTH_METHODS) {
      await works(own, { auth, credentials: { password: "admin", totpSecret } });
    }
    await red.deploy(flow());
    await own.close();
  }
});

test("each way to trust works; a TLS node's authority and its switch are used", async () => {
  const ca = issueCertificate({ ca: true, commonName: "Lab authority" });
  const leaf = issueCertificate({ issuer: ca, hosts: ["127.0.0.1"] });
  const signed = await startSimulator({ tls: leaf });
  const caFile = path.join(red.userDir, "ca.pem");
  await writeFile(caFile, ca.cert);
  const tls = {
    id: "tls",
    type: "tls-config",
    name: "",
    cert: "",
    key: "",
    ca: caFile,
    certname: "",
    keyname: "",
    caname: "",
    servername: "",
    verifyservercert: true,
    alpnprotocol: "",
  };
  const action = node("pikvm-atx-power", STATE);

  await red.deploy(flow(tls, device(signed, { trust: "tls", tls: "tls" }), action));
  red.send("node", {});
  await red.message("result");

  await red.deploy(flow({ ...tls, ca: "" }, device(signed, { trust: "tls", tls: "tls" }), action));
  red.send("node", {});
  const { error } = await red.message("error");
  assert.equal((error as { name: string }).name, "ConnectError");

  await red.deploy(
    flow({ ...tls, ca: "", verifyservercert: false }, device(signed, { trust: "tls", tls: "tls" }), action),
  );
  red.send("node", {});
  await red.message("result", { count: 2 });

  await works(signed, { trust: "none" });
  await works(signed, { fingerprint: signed.fingerprint.replaceAll(":", "").toLowerCase() });
  await red.deploy(flow());
  await signed.close();
});

test("addresses: with a sub-path, without a scheme, from the environment", async () => {
  const proxied = await startSimulator({ subPath: "/lab/kvm1" });
  await works(proxied, { address: `${proxied.url}/` });
  await works(simulator, { address: simulator.url.replace("https://", "") });
  process.env["TEST_PIKVM"] = simulator.url;
  await works(simulator, { address: "${TEST_PIKVM}" });
  await red.deploy(flow());
  await proxied.close();
});

test("msg.pikvm chooses the device by name or id, when the dialog says so", async () => {
  const other = await startSimulator({ power: true });
  const devices = [
    device(simulator),
    device(other, { id: "second", name: "lab 2" }),
    device(other, { id: "third", name: "" }),
  ];
  const state = (deviceFromMsg: boolean) => node("pikvm-atx-power", { ...STATE, deviceFromMsg });
  await red.deploy(flow(...devices, state(true)));
  for (const pikvm of ["lab 2", "second", other.url, undefined]) red.send("node", pikvm === undefined ? {} : { pikvm });
  await red.message("result", { count: 4 });
  const answers = red
    .at("result")
    .map(({ pikvm, payload }) => [pikvm, (payload as { state: { leds: { power: boolean } } }).state.leds.power]);
  assert.deepEqual(
    answers.sort(),
    [
      ["bench", false],
      ["lab 2", true],
      ["lab 2", true],
      [other.url, true],
    ].sort(),
  );

  red.forget();
  for (const pikvm of ["", null, 7, { name: "lab 2" }]) red.send("node", { pikvm });
  await red.message("error", { count: 4 });
  assert.deepEqual(red.at("result"), [], "what names no device must not end at another one");

  await red.deploy(flow(...devices, state(false)));
  red.forget();
  red.send("node", { pikvm: "lab 2" });
  assert.equal((await red.message("result"))["pikvm"], "bench", "not asked to look at msg.pikvm");

  await red.deploy(flow(...devices, device(other, { id: "twin", name: "lab 2" }), state(true)));
  red.forget();
  red.send("node", { pikvm: "lab 2" });
  assert.match(JSON.stringify(await red.message("error")), /more than one device/);
  await red.deploy(flow());
  await other.close();
});

test("a refused login is not offered to the device again, however many messages come", async () => {
  for (const auth of AUTH_METHODS) {
    const wrong = device(simulator, { auth, credentials: { password: "wrong" } });
    await red.deploy(
      flow(wrong, node("pikvm-atx-power", STATE), node("pikvm-events", { id: "events", wires: [[], []] })),
    );
    await red.message("caught");
    red.forget();
    const before = simulator.requests.length;
    for (let count = 0; count < 5; count += 1) red.send("node", {});
    await red.message("error", { count: 5 });
    assert.match(JSON.stringify(red.at("error")[4]), /"name":"AuthError".*not tried again/);
    assert.equal(simulator.requests.length, before);
    red.forget();
  }
  await works(simulator, {});
});

test("the video runs on for as long as it is set, or ends with the picture", async () => {
  await simulatorIsUnused();
  for (const [videoIdle, sessions] of [
    ["0", 0],
    ["30", 1],
    ["", 1],
  ] as const) {
    await red.deploy(
      flow(device(simulator, { videoIdle }), node("pikvm-screen", fields({ offline: ["bool", "true"] }))),
    );
    red.forget();
    red.send("node", {});
    await red.message("result");
    await until(() => simulator.sessions === sessions);
    await red.deploy(flow());
    await simulatorIsUnused();
  }
  await red.deploy(flow(device(simulator, { videoIdle: "-1" }), node("pikvm-screen")));
  red.forget();
  red.send("node", {});
  const { error } = await red.message("error");
  assert.match(
    (error as { message: string }).message,
    /^Video runs on: "-1" \(from the device's dialog\) .* a number of seconds from 0 to 86400\.$/,
  );
});

test("a read-only device answers reads and refuses the rest", async () => {
  await works(simulator, { readOnly: true });
  await red.deploy(flow(device(simulator, { readOnly: true }), node("pikvm-hid-keys")));
  red.forget();
  red.send("node", { payload: "text" });
  const { error } = await red.message("error");
  assert.equal((error as { code: string }).code, "READ_ONLY");
  assert.equal(simulator.host.typed, "");
});
