import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";

import { call, device, until } from "./device";
import { ABSENT, recording } from "./recordings";

const SIZE = 400_000;

/** The web server that the recorded device downloaded from. */
async function origin(t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    const [, kind] = (request.url ?? "").split("/");
    if (kind === "404") response.writeHead(404).end();
    else if (kind === "nolen") response.writeHead(200).end(Buffer.alloc(SIZE));
    else if (kind === "trunc") {
      response.writeHead(200, { "Content-Length": SIZE });
      response.write(Buffer.alloc(SIZE / 2), () => setImmediate(() => response.destroy()));
    } else response.writeHead(200, { "Content-Length": SIZE }).end(Buffer.alloc(SIZE));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
}

for (const name of [
  "msd-remote-404",
  "msd-remote-nolength",
  "msd-remote-noname",
  "msd-remote-badurl",
  "msd-remote-badtimeout",
  "msd-remote-refused",
])
  // prettier-ignore
  test(`refuses as recorded: ${name}`, { skip: ABSENT }, async (t) => {
    const address = await origin(t);
    const simulator = await device(t);
    const { request, body_json: expected, status } = recording(name);
    const query = new URLSearchParams(request.query).toString().replace("127.0.0.1%3A18999", encodeURIComponent(address));
    const answer = await call(simulator.url, "POST", `/api/msd/write_remote?${query}`);
    assert.equal(answer.status, status);
    assert.deepEqual(JSON.parse(answer.text.replaceAll(address, "127.0.0.1:18999")), expected);
  });

test("downloads an image and tells of it line by line", async (t) => {
  const address = await origin(t);
  const { url, state } = await device(t);
  const answer = await call(url, "POST", `/api/msd/write_remote?url=http://${address}/fast/remote.iso`);
  assert.equal(answer.header("Content-Type"), "application/x-ndjson");
  const lines = answer.text.split("\r\n");
  const record = (written: number): string => `{"ok": true, "result": {"image": {"name": "remote.iso", "size": 400000, "written": ${written}}}}`; // prettier-ignore
  assert.equal(lines[0], record(0));
  assert.equal(lines.at(-2), record(SIZE));
  assert.equal(lines.at(-1), "");
  assert.equal(state.msd.storage.files.get("remote.iso")?.complete, true);
  const again = await call(url, "POST", `/api/msd/write_remote?url=http://${address}/fast/remote.iso`);
  await until(() => !state.msd.busy);
  assert.equal(again.result.error, "MsdImageExistsError");
});

test("a body that breaks off is told in the last line, and breaks the connection", async (t) => {
  const address = await origin(t);
  const { url, state } = await device(t);
  await assert.rejects(call(url, "POST", `/api/msd/write_remote?url=http://${address}/trunc/trunc.iso`));
  await until(() => !state.msd.busy);
  assert.equal(state.msd.storage.files.get("trunc.iso")?.complete, false);
});
