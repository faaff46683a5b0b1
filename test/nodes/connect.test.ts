import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { realClock, scaledClock, startSimulator, type Identity, type Simulator } from "../../src/simulator";
import type { Told } from "../../src/runtime/connect-steps";
import { expired, signed } from "../client/certificates";
import { device, flow, node } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

const PASSWORD = "kEy-Stone_9042";
const SECRET = "JBSWY3DPEHPK3PXP";

const red = NodeRed.duringTests();
let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ passwd: PASSWORD, clock: scaledClock(10), power: true, relayBoard: true });
});
after(() => simulator.close());

const post = (body: unknown, more: RequestInit = {}): Promise<Response> =>
  fetch(`${red.url}/pikvm/connect`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    ...more,
  });

/** What the form has, when somebody has filled in the first rows. */
const form = (fields: object = {}, { id = "new", ...secrets }: Record<string, string> = {}) => ({
  id,
  fields: {
    address: simulator.url,
    user: "admin",
    trust: "fingerprint",
    fingerprint: simulator.fingerprint,
    ...fields,
  },
  secrets: { password: PASSWORD, totpSecret: "", ...secrets },
});

async function steps(body: unknown): Promise<Told[]> {
  const answer = await post(body);
  assert.equal(answer.status, 200);
  const text = await answer.text();
  assert.doesNotMatch(text, new RegExp(`${PASSWORD}|${SECRET}`));
  const told = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Told);
  assert.equal(told.pop()?.step, "end");
  return told;
}

/** The last step, which is the one that has gone wrong. */
const last = async (body: unknown): Promise<Partial<Told>> => (await steps(body)).at(-1) ?? {};
const short = ({ step, is, says, advice }: Partial<Told>) => [step, is, advice ?? says].join(" ");

async function webServer(t: TestContext, statusCode: number, body: string): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(statusCode, { "Content-Type": "text/html" }).end(body)); // prettier-ignore
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
}

test("a device that is not saved yet is connected to, step by step, and nothing on it changes", async () => {
  await red.deploy(flow());
  const told = await steps(form());
  assert.deepEqual(
    told.map(({ step, is }) => `${step} ${is}`),
    [
      ...["name ok", "reachable ok", "certificate ok", "pikvm ok", "login ok", "software ok", "atx ok", "hid ok"],
      ...["drive ok", "video ok", "ocr ok", "gpio ok", "switch absent", "power ok"],
    ],
  );
  const of = (name: string) => told.find(({ step }) => step === name);
  assert.match(String(of("software")?.values?.["version"]), /^4\./);
  assert.equal(of("certificate")?.certificate?.fingerprint, simulator.fingerprint);
  const jpeg = Buffer.from(String(of("video")?.image), "base64");
  assert.deepEqual([...jpeg.subarray(0, 2)], [0xff, 0xd8]);
  const changes = simulator.requests.filter(({ method }) => method !== "GET");
  assert.deepEqual(changes, []);
  await until(() => simulator.connections === 0, { what: "nothing to stay open" });
});

test("no password goes to a device whose certificate nobody has trusted", async () => {
  const before = simulator.requests.length;
  const blank = await last(form({ fingerprint: "" }));
  assert.equal(short(blank), "certificate asks selfSigned");
  assert.equal(blank.certificate?.fingerprint, simulator.fingerprint);
  assert.match(blank.certificate.subject, /PiKVM/);
  const old = Array.from({ length: 32 }, () => "AB").join(":");
  const changed = await last(form({ fingerprint: old }));
  assert.equal(short(changed), "certificate asks certificate_changed");
  assert.equal(changed.certificate?.trusted, old);
  assert.equal(short(await last(form({ trust: "system" }))), "certificate asks self_signed");
  assert.equal(simulator.requests.length, before, "nothing was sent");
});

test("what goes wrong is named, with an advice", async (t) => {
  const plain = await webServer(t, 404, "<html>no such page");
  const page = await webServer(t, 200, "<html>welcome");
  const guarded = await webServer(t, 401, "<html>log in");
  const redirecting = await startSimulator({ redirectPort: 0 });
  t.after(() => redirecting.close());
  const table: [fields: object, secrets: Record<string, string>, told: string][] = [
    [{ address: "" }, {}, "name failed no_address"],
    [{ address: "no-such-name.invalid" }, {}, "name failed name_unknown"],
    [{ address: "127.0.0.1:1" }, {}, "reachable failed connection_refused"],
    [{ address: "http://127.0.0.1:1" }, {}, "reachable failed connection_refused"],
    [{ address: plain.replace("http:", "https:") }, {}, "certificate failed no_tls"],
    [{ address: plain, fingerprint: "" }, {}, "pikvm failed not_pikvm"],
    [{ address: page }, {}, "pikvm failed not_pikvm"],
    [{ address: guarded }, {}, "pikvm failed login_incomplete"],
    [{ address: String(redirecting.redirectUrl) }, {}, "pikvm failed redirected"],
    [{}, { password: "wrong" }, "login failed login_refused"],
    [{}, { password: "" }, "login failed no_password"],
    [{ user: "" }, {}, "login failed login_incomplete"],
    [{ address: "${NOT_THERE}" }, {}, "name failed variable_not_set"],
    [{}, { password: "${NOT_THERE}" }, "login failed variable_not_set"],
  ];
  for (const [fields, secrets, told] of table) assert.equal(short(await last(form(fields, secrets))), told);
  const greeted = await steps(form({ address: plain }));
  assert.deepEqual(greeted.slice(1).map(short), ["reachable ok answers", "certificate doubtful plain", "pikvm failed not_pikvm"]); // prettier-ignore
  const fault = simulator.faults.add({ kind: "status", code: 502, path: /auth/ });
  assert.equal(short(await last(form())), "pikvm failed no_kvmd");
  fault.remove();
});

test("what a variable holds is in no answer", async (t) => {
  t.after(() => delete process.env["TEST_SECRET"]);
  process.env["TEST_SECRET"] = "planted.secret.invalid";
  const answer = await (await post(form({ address: "${TEST_SECRET}" }))).text();
  assert.match(answer, /name_unknown/);
  assert.doesNotMatch(answer, /planted/);
});

test("link-local and multicast addresses are refused", async () => {
  const told = await Promise.all(["169.254.169.254", "[ff02::1]"].map((address) => last(form({ address }))));
  for (const answer of told) assert.equal(short(answer), "name failed strange_address");
  for (const address of ["224.0.0.1", "255.255.255.255", "[fe80::1]", "[::ffff:169.254.1.1]"])
    assert.equal(short(await last(form({ address }))), "name failed strange_address", address);
});

test("the stored password is used at the deployed address, and nowhere else", async (t) => {
  await red.deploy(flow(device(simulator, { credentials: { password: PASSWORD } })));
  const stored = { id: "device", password: "__PWRD__" };
  assert.equal(short(await last(form({}, stored))), "power ok on");
  const other = await startSimulator({ passwd: PASSWORD });
  t.after(() => other.close());
  const there = { address: other.url, fingerprint: other.fingerprint };
  assert.equal(short(await last(form(there, stored))), "login failed password_elsewhere");
  assert.ok(
    other.requests.every(({ headers }) => !JSON.stringify(headers).includes("passwd")),
    "nothing was sent",
  );
  assert.equal(short(await last(form({}, { id: "nothing", password: "__PWRD__" }))), "login failed password_elsewhere");
});

test("a certificate that has expired, or is for another name, is shown and stops", async (t) => {
  const old = expired();
  const elsewhere = signed(["kvm.example"]);
  const cases: [device: Identity, authority: string, told: string][] = [
    [old, old.cert, "certificate asks certificate_expired"],
    [elsewhere.device, elsewhere.ca.cert, "certificate asks certificate_name"],
  ];
  const ca = path.join(red.userDir, "ca.pem");
  for (const [identity, authority, told] of cases) {
    const there = await startSimulator({ tls: identity });
    t.after(() => there.close());
    await writeFile(ca, authority);
    const names = { name: "", certname: "", keyname: "", caname: "", servername: "" };
    const tls = { id: "tls", type: "tls-config", cert: "", key: "", ca, verifyservercert: true, ...names };
    await red.deploy(flow(tls));
    const answer = await last(form({ address: there.url, trust: "tls", tls: "tls" }));
    assert.equal(short(answer), told);
    assert.equal(answer.certificate?.fingerprint, there.fingerprint);
    assert.equal(there.requests.length, 0, "nothing was sent");
  }
});

test("a device that has locked all logins is told as such, and left alone", async (t) => {
  const locked = await startSimulator({ lockout: { attempts: 1, counts: "all" } });
  t.after(() => locked.close());
  const fields = { address: locked.url, fingerprint: locked.fingerprint };
  const refused = ["login failed login_refused", "login failed login_locked"];
  assert.ok(refused.includes(short(await last(form(fields, { password: "wrong" })))));
  assert.equal(short(await last(form(fields, { password: "admin" }))), "login failed login_locked");
});

test("without encryption a new device needs no fingerprint, and Connect says what that means", async (t) => {
  const open = await startSimulator({ tls: false, clock: scaledClock(10), power: true });
  t.after(() => open.close());
  const told = await steps(form({ address: open.url, fingerprint: "" }, { password: "admin" }));
  assert.deepEqual(
    told.slice(0, 5).map(short),
    [
      ...["name ok number", "reachable ok answers", "certificate doubtful plain", "pikvm ok kvmd"],
      "login ok accepted",
    ],
  );
  assert.equal(short(told.at(-1) ?? {}), "power ok on");
  await red.deploy(
    flow(
      device(open, { trust: "fingerprint", fingerprint: "" }),
      node("pikvm-atx-power", { action: "state", actionType: "str" }),
    ),
  );
  red.send("node", {});
  await red.message("result");
});

test("no picture is doubtful while the power LED is lit", async (t) => {
  const dark = await startSimulator({ clock: scaledClock(10), power: true });
  t.after(() => dark.close());
  dark.state.streamer.source.signal = false;
  const told = await steps(form({ address: dark.url, fingerprint: dark.fingerprint }, { password: "admin" }));
  assert.equal(short(told.find(({ step }) => step === "video") ?? {}), "video doubtful noPictureButOn");
});

test("two-factor login tells of clocks that disagree", async (t) => {
  const codes = await startSimulator({ totpSecret: SECRET, power: true });
  t.after(() => codes.close());
  const at = { address: codes.url, fingerprint: codes.fingerprint };
  const told = await steps(form(at, { password: "admin", totpSecret: SECRET }));
  assert.ok(told.some((step) => short(step) === "clock ok agree"));
  const late = await startSimulator({ totpSecret: SECRET, clock: realClock({ skew: 300_000 }) });
  t.after(() => late.close());
  const there = { address: late.url, fingerprint: late.fingerprint };
  assert.equal(short(await last(form(there, { password: "admin", totpSecret: SECRET }))), "login failed clock_skew");
});

test("an old device, and one that lacks things, is told as it is", async (t) => {
  const old = await startSimulator({ kvmd: "1.100", clock: scaledClock(10) });
  t.after(() => old.close());
  const told = await steps(form({ address: old.url, fingerprint: old.fingerprint }, { password: "admin" }));
  assert.ok(
    told.every(({ is }) => is !== "failed"),
    JSON.stringify(told),
  );
  assert.deepEqual(told.filter(({ is }) => is === "absent").map(({ step }) => step), ["video", "ocr", "switch"]); // prettier-ignore
  // Its host is off, which is no fault.
  assert.equal(short(told.find(({ step }) => step === "video") ?? {}), "video absent noPicture");
});

test("only JSON is taken, and only so much of it; whoever hangs up ends it", async () => {
  for (const type of ["application/x-www-form-urlencoded", "text/plain"])
    assert.equal((await post(form(), { headers: { "Content-Type": type } })).status, 415);
  simulator.faults.add({ kind: "hang", path: /auth/, times: 2 });
  const stop = new AbortController();
  const hanging = [1, 2].map(() => post(form(), { signal: stop.signal }));
  await Promise.all(hanging);
  const third = await post(form());
  assert.equal(third.status, 429);
  assert.equal(((await third.json()) as { advice: string }).advice, "too_many");
  stop.abort();
  await until(() => simulator.connections === 0, { what: "the connections to end" });
});

test("nobody looks more often than sixty times in a minute", async () => {
  let answered = 0;
  let answer = await post(form({ address: "" }));
  for (; answer.status === 200; answer = await post(form({ address: "" }))) {
    await answer.text();
    answered += 1;
    // Those of the tests before count too.
    assert.ok(answered <= 60, "there is no end");
  }
  assert.equal(answer.status, 429);
  assert.equal(((await answer.json()) as { advice: string }).advice, "too_many");
});
