import assert from "node:assert/strict";
import { test } from "node:test";

import { call, device, until } from "./device";
import { origin } from "./origin";

const SIZE = 400_000;

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
