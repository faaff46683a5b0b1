import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { after, before } from "node:test";
import { setTimeout } from "node:timers/promises";
import { inspect } from "node:util";
import { boolean, constantFrom, nat, oneof, record } from "fast-check";
import { AUTH_METHODS } from "../../src/client/vocabulary";
import { startSimulator, totpCode, type Fault, type Simulator } from "../../src/simulator";
import { device, fields, flow, node } from "../harness/flows";
import { NodeRed, type FlowConfig } from "../harness/node-red";
import { everythingSaid } from "../harness/said";
import { ACTIONS, SOURCES } from "../nodes/usual/usual";
import { faults } from "./suite";
import { tried } from "./tried";

// What a device, or something in its place, quotes of our secrets, in whatever part of an answer and however written, is
// in no message, status, log, file or answer of the editor's server, nor a piece of it. What a flow asks a device for is
// another thing: that is handed on as it is.

const PASSWORD = String.raw`Zq7"pl\a&n't<d %2B/kestrel=`;
const TOTP_SECRET = "MZXW6YTBOI3DSNZWGE2DGMZT";
const HEADER = String.raw`hdr-"Heron"\22+04 x`;
const TYPED = String.raw`luks "Quagga"\5518+okapi/Tapir, then 99 bottles & more`;
const NAMES = ["error-wired", "error-caught"] as const;

const red = NodeRed.duringTests();
let simulator: Simulator;
let garbage: Server;
/** What the server that speaks no HTTP says. */
let said = "";
before(async () => {
  const images = { "a.iso": 1 };
  simulator = await startSimulator({ switchUnits: 1, passwd: PASSWORD, totpSecret: TOTP_SECRET, images });
  garbage = createServer((socket) => {
    socket.on("error", () => undefined).once("data", () => socket.end(said));
  }).listen(0, "127.0.0.1");
  await once(garbage, "listening");
  await red.deploy(everyNode("admin"));
});
after(async () => {
  garbage.close();
  await simulator.close();
});

/** All nodes twice: with their errors wired, and caught. @param user another one has not been refused yet. */
function everyNode(user: string): FlowConfig {
  const credentials = { password: PASSWORD, totpSecret: TOTP_SECRET, header1: HEADER };
  const settings = { user, timeout: "2", connectTimeout: "2", headers: ["X-Lab"], credentials };
  const address = garbage.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  return flow(
    ...AUTH_METHODS.map((auth) => device(simulator, { ...settings, auth, id: `by-${auth}`, name: auth })),
    device(simulator, { ...settings, id: "by-garbage", name: "garbage", address: `http://127.0.0.1:${port}` }),
    ...NAMES.flatMap((name) => {
      const common = { device: "by-headers", deviceFromMsg: true, wires: [["result"], name === "error-wired" ? ["error"] : []] }; // prettier-ignore
      const nodes = ACTIONS.map(({ name: of, type, properties }) => node(type, { ...properties, ...common, id: `${of}-${name}` })); // prettier-ignore
      // In one part: a device quotes what it was sent.
      const secret = {
        ...fields({ text: ["secret", ""], delay: ["num", "0"], fast: ["bool", "true"] }),
        credentials: { secret: TYPED },
      };
      return [...nodes, node("pikvm-hid-keys", { ...secret, ...common, id: `secret-${name}` })];
    }),
    ...SOURCES.map(({ name, type, properties }) => node(type, { ...properties, id: name, device: "by-garbage" })),
  );
}

/** What a device may have got from us. */
const SECRETS: Record<string, () => string> = {
  password: () => PASSWORD,
  "password and code": () => PASSWORD + totpCode(TOTP_SECRET, Date.now()),
  login: () => `admin:${PASSWORD}${totpCode(TOTP_SECRET, Date.now())}`,
  header: () => HEADER,
  typed: () => TYPED,
  token: () => /auth_token=(\w+)/.exec(String(simulator.requests.findLast(({ headers }) => headers.cookie !== undefined)?.headers.cookie))?.[1] ?? PASSWORD, // prettier-ignore
};

const WRITTEN: Record<string, (secret: string) => string> = {
  "as it is": (secret) => secret,
  JSON: (secret) => JSON.stringify(secret).slice(1, -1),
  Python: (secret) => secret.replaceAll("\\", "\\\\"),
  URL: encodeURIComponent,
  form: (secret) => new URLSearchParams({ "": secret }).toString().slice(1),
  base64: (secret) => Buffer.from(secret).toString("base64"),
};

const failed = (result: object): string => JSON.stringify({ ok: false, result });
/** Headers carry no more than this. */
const inHeader = (words: string): string => words.replace(/[^ -~]/g, "").trim();

/** Where it is quoted: an answer of the device, but for its status. */
const PLACES: Record<string, (words: string) => Omit<Fault & { kind: "status" }, "kind" | "code">> = {
  "the device's words": (words) => ({ body: failed({ error: "ValidatorError", error_msg: words }) }),
  "the device's name of an error": (words) => ({ body: failed({ error: words, error_msg: "" }) }),
  "a page": (words) => ({ body: `<html>${words}</html>`, contentType: "text/html" }),
  "plain text": (words) => ({ body: words, contentType: "text/plain" }),
  "the kind of an answer": (words) => ({ body: "x", contentType: inHeader(`text/${words}`) }),
  "where it redirects": (words) => ({ body: "", headers: { Location: inHeader(`https://elsewhere.invalid/${words}`) } }), // prettier-ignore
  "JSON that is cut": (words) => ({ body: failed({ error: "X", error_msg: words }).slice(0, -3) }),
  "a result of another shape": (words) => ({ body: JSON.stringify({ ok: true, result: { [words]: words } }) }),
  "no result": (words) => ({ body: JSON.stringify({ ok: true, result: words }) }),
};

const CASES = record({
  name: constantFrom(...NAMES),
  of: oneof(constantFrom(...ACTIONS.map(({ name }) => name)), constantFrom("secret")),
  device: constantFrom<string>(...AUTH_METHODS, ...AUTH_METHODS, "garbage"),
  secret: constantFrom(...Object.keys(SECRETS)),
  written: constantFrom(...Object.keys(WRITTEN)),
  place: constantFrom(...Object.keys(PLACES)),
  status: constantFrom(200, 200, 302, 400, 404, 409, 413, 429, 500, 502, 503),
  /** Characters before it: errors are cut. */
  before: oneof(constantFrom(0, 0), nat(2100)),
  again: boolean(),
});

/** A piece of a secret as long as this is known by chance no more. */
const PIECE = 8;
const pieces = new Set<string>();

/** Everything that must not be said. */
function planted(): string[] {
  for (const secret of Object.values(SECRETS))
    for (const written of Object.values(WRITTEN)) {
      const text = written(secret());
      for (let at = 0; at + PIECE <= text.length; at += 1) pieces.add(text.slice(at, at + PIECE));
    }
  return [...pieces].filter((piece) => !ORDINARY.includes(piece));
}

/** What our own words have, too. */
const ORDINARY = Buffer.from("admin:").toString("base64");

function throwIfSaid(where: string): void {
  const found = planted().find((piece) => where.includes(piece));
  if (found === undefined) return;
  const at = where.indexOf(found);
  throw new Error(`it says "${found}": ${where.slice(Math.max(0, at - 300), at + 60)}`);
}

const answers = () => ["result", "error", "caught"].flatMap((id) => red.at(id)).filter(({ progress }) => !progress);

faults("secrets: whatever is quoted of them", { short: 60, long: 5000 }, async (random, cases) => {
  let refusedLogins = 0;
  const figures = { failed: 0, done: 0 };
  const wrong = await tried(random, cases, CASES, async ({ name, of, device, status, ...quote }) => {
    // A device quotes what it was sent: the token of its session, the text that it is to type.
    const isSent = quote.secret === "token" ? device === "session" : quote.secret !== "typed" || of === "secret";
    const secret = SECRETS[isSent ? quote.secret : "password"]?.() ?? "";
    const words = `${"-".repeat(quote.before)} ${WRITTEN[quote.written]?.(secret) ?? ""}`;
    const answer = PLACES[quote.place]?.(quote.again ? `${words} ${words}` : words) ?? {};
    said = status === 200 ? words : `HTTP/1.1 ${status} ${inHeader(words)}\r\nContent-Length: 5\r\n\r\n${words}`;
    const path = of === "secret" ? { path: /^\/api\/hid\/print/ } : {};
    const fault = simulator.faults.add({ kind: "status", code: status, ...answer, ...path });
    red.forget();
    const msg = ACTIONS.find((action) => action.name === of)?.msg;
    red.send(`${of}-${name}`, { ...structuredClone(msg), pikvm: device });
    await answered(`${of}-${name}`);
    fault.remove();
    const error = answers()[0]?.["error"];
    figures[error ? "failed" : "done"] += 1;
    const shown = answers().map(({ payload, ...message }) => (error ? { payload, ...message } : message));
    throwIfSaid(inspect([shown, red.statuses, red.logs], { depth: 20, showHidden: true, maxStringLength: null }));
  });
  // A refused login is not offered again for a while, so each has a user of its own.
  for (const place of Object.keys(PLACES).slice(0, 2))
    for (const auth of AUTH_METHODS)
      for (const code of [401, 403]) {
        await red.deploy(everyNode(`user${(refusedLogins += 1)}`));
        red.forget();
        const fault = simulator.faults.add({ kind: "status", code, ...PLACES[place]?.(PASSWORD) });
        for (const of of ["atx-power-error-wired", "secret-error-caught"])
          red.send(of, { payload: "state", pikvm: auth });
        while (answers().length < 2) await setTimeout(1);
        fault.remove();
        throwIfSaid(inspect([answers(), red.statuses, red.logs], { depth: 20, showHidden: true }));
      }
  throwIfSaid(await everythingSaid(red, everyNode("admin")));
  return { wrong, figures: { ...figures, "refused logins": refusedLogins } };
});

/** What takes longer than one likes is cancelled, by a message of its own. */
async function answered(id: string): Promise<void> {
  const start = performance.now();
  let isCancelled = false;
  while (answers().length === 0) {
    await setTimeout(1);
    if (isCancelled || performance.now() - start < 300) continue;
    isCancelled = true;
    red.send(id, { reset: true });
  }
}
