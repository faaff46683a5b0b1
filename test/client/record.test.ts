import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, test, type TestContext } from "node:test";
import { bench, SECRETS, SIDE_BY_SIDE } from "./kit";

const RECORDINGS = resolve(__dirname, "../../../test/recordings");

interface Run {
  code: number;
  output: string;
  /** All that was written, by path. */
  files: Record<string, string>;
}

/** Records a device into a folder of its own. */
async function record(t: TestContext, address: string, password = SECRETS.password): Promise<Run> {
  const scratch = await mkdtemp(join(tmpdir(), "pikvm-record-"));
  t.after(() => rm(scratch, { recursive: true }));
  const folder = join(scratch, "recorded");
  const args = [join(RECORDINGS, "record.mjs"), "--address", address, "--seconds", "1", "--folder", folder];
  const env = { ...process.env, PIKVM_PASSWORD: password };
  const { code, output } = await new Promise<{ code: number; output: string }>((done) =>
    execFile(process.execPath, args, { env }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : 1, output: stdout + stderr }),
    ),
  );
  const names = await readdir(scratch, { recursive: true, withFileTypes: true });
  const paths = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(paths.map(async (path) => [path.slice(folder.length + 1), await readFile(path, "utf8")])); // prettier-ignore
  return { code, output, files: Object.fromEntries(texts) as Record<string, string> };
}

describe("recording a device", SIDE_BY_SIDE, () => {
  test("only asks, and opens its event socket without the video", async (t) => {
    const { sim } = await bench(t);
    const { code, output } = await record(t, sim.url);
    assert.equal(code, 0, output);
    assert.ok(sim.requests.length > 20);
    assert.deepEqual([...new Set(sim.requests.map(({ method }) => method))], ["GET"]);
    const sockets = sim.requests.filter(({ path }) => path === "/api/ws");
    assert.deepEqual(sockets.map(({ query }) => ({ ...query })), [{ stream: "0" }]); // prettier-ignore
  });

  test("writes each answer and the events, without names, serial numbers and addresses", async (t) => {
    const { sim } = await bench(t, { images: { "secret project.iso": 5 } });
    const { files } = await record(t, sim.url);
    assert.equal(Object.keys(files).filter((path) => path.startsWith("http")).length, 21);
    const { body_json: msd } = JSON.parse(files[join("http", "msd-state.json")] ?? "") as { body_json: { result: { storage: { images: object } } } }; // prettier-ignore
    assert.deepEqual(Object.keys(msd.result.storage.images), ["image-1.iso"]);
    const events = files[join("ws", "connect-stream0.jsonl")] ?? "";
    assert.match(events, /^\{"ms":\d+,"dir":"<","text":\{"event_type":"loop"/);
    assert.match(events, /"image-1\.iso"/);
    assert.doesNotMatch(Object.values(files).join(), /secret project|DEADBEEF|Pa55/);
  });

  test("writes nothing when it is refused, and does not say the password", async (t) => {
    const { sim } = await bench(t);
    const { code, output, files } = await record(t, sim.url, "wrong-Pa55word");
    assert.deepEqual([code, files], [1, {}]);
    assert.match(output, /^Nothing was written\. AuthError: /);
    assert.doesNotMatch(output, /Pa55word/);
  });
});

describe("redacting", () => {
  interface Redact {
    redactor: (values: readonly unknown[], own?: Record<string, string>) => (value: unknown) => unknown;
    contains: (value: unknown, word: string) => boolean;
  }
  const load = async () => (await import(pathToFileURL(join(RECORDINGS, "redact.mjs")).href)) as Redact; // what it exports

  test("replaces what is known to be private, wherever it stands", async () => {
    const { redactor } = await load();
    const values = [
      { node: { host: "cellar-kvm" }, meta: { owner: "Alice" }, platform: { serial: "100000001234ABCD", model: "v4plus" } },
      { images: { "alice/plans.img": { size: 1 } }, parts: { "": { free: 1 }, backup: { free: 2 } } },
      { ports: [{ name: "alice's server", id: "1" }, { name: "", id: "2" }] },
      { uptime: { parts: { days: 1 } }, text: "cellar-kvm (10.1.2.3, fe80::1234:5678, aa:bb:cc:dd:ee:0f) by bob@home.net" },
      { token: "ab".repeat(32), serial: 4711, monitor_serial: "M123", data: "0F".repeat(128), HostName: "cellar-kvm" },
    ]; // prettier-ignore
    assert.deepEqual(values.map(redactor(values, { "kvm.home.net": "pikvm" })), [
      { node: { host: "pikvm" }, meta: { server: { host: "pikvm" } }, platform: { serial: "0".repeat(16), model: "v4plus" } },
      { images: { "image-1.img": { size: 1 } }, parts: { "": { free: 1 }, "part-1": { free: 2 } } },
      { ports: [{ name: "port-1", id: "1" }, { name: "", id: "2" }] },
      { uptime: { parts: { days: 1 } }, text: "pikvm (192.0.2.1, 2001:db8::1, 00:00:00:00:00:00) by user@example.org" },
      { token: "<64 hex digits>", serial: 0, monitor_serial: "0000", data: "00".repeat(128), HostName: "pikvm" },
    ]); // prettier-ignore
  });

  test("leaves alone what only looks like it", async () => {
    const { redactor } = await load();
    const value = { date: "Sun, 22 Nov 2026 19:14:56 GMT", sink: "kvmd::ustreamer::jpeg", "a@Redfish.Values": ["On"], version: "4.206", url: "http://127.0.0.1:8080/" }; // prettier-ignore
    assert.deepEqual(redactor([value])(value), value);
  });

  test("finds a password only as a word", async () => {
    const { contains } = await load();
    assert.equal(contains({ text: "the word Sesame-1, here" }, "sesame-1"), true);
    assert.equal(contains({ pikvm_atx_enabled: 1 }, "pikvm"), false);
  });
});
