import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { test } from "node:test";
import { startSimulator } from "../../src/simulator";
import { addresses, assertGone, NPM_START, signalGroup, START, startDemo, statusOf, temporaryFolder } from "./demo";
import { freePort } from "./free-port";

// How the program of the demo begins and ends.

for (const command of [START, NPM_START]) {
  test(`${path.basename(command[0])} ${path.basename(command[1])}: prints three addresses that answer; Ctrl-C ends it all with 0`, async (t) => {
    const demo = startDemo(t, { command, port: await freePort(), userDir: await temporaryFolder(t) });
    const urls = await addresses(demo);
    assert.equal(urls.length, 3, demo.output());
    for (const url of urls) assert.equal(await statusOf(url), 200, url);
    signalGroup(demo.child, "SIGINT");
    assert.equal(await demo.ended, 0);
    await assertGone(demo, urls);
  });
}

test("SIGTERM to the program alone ends it all with 0", async (t) => {
  const demo = startDemo(t, { port: await freePort(), userDir: await temporaryFolder(t) });
  const urls = await addresses(demo);
  demo.child.kill("SIGTERM");
  assert.equal(await demo.ended, 0);
  await assertGone(demo, urls);
});

test("when the program is killed, nothing stays behind", async (t) => {
  const demo = startDemo(t, { port: await freePort(), userDir: await temporaryFolder(t) });
  const urls = await addresses(demo);
  demo.child.kill("SIGKILL");
  await demo.ended;
  await assertGone(demo, urls);
});

test("a taken port is one line and exit code 1", async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const demo = startDemo(t, { port, userDir: await temporaryFolder(t) });
  assert.equal(await demo.ended, 1);
  assert.match(demo.output(), new RegExp(`^Port ${port} is in use already; .*\n$`));
});

test("a device whose certificate is not trusted is refused, with its fingerprint to compare; nothing is sent to it", async (t) => {
  const device = await startSimulator();
  t.after(() => device.close());
  const env = { PIKVM_URL: device.url, PIKVM_PASSWORD: "admin" };
  const demo = startDemo(t, { port: await freePort(), userDir: await temporaryFolder(t), env });
  assert.equal(await demo.ended, 1);
  assert.ok(demo.output().includes(`PIKVM_FINGERPRINT=${device.fingerprint}`), demo.output());
  assert.equal(device.requests.length, 0);
});
