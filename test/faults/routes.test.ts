import { request } from "node:http";
import { after, before } from "node:test";
import { constantFrom, oneof, record, type Arbitrary } from "fast-check";
import { CHOICE_LISTS } from "../../src/runtime/choice-lists";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { ACTIONS } from "../nodes/usual/usual";
import { changedJson, json, text } from "./hostile";
import { faults } from "./suite";
import { tried } from "./tried";

// What a browser, or somebody who is no browser, asks of the editor's server: an answer each time, never a failure of
// the server itself, and nothing sent to the device for what is refused.

// Else Express writes each question that is no JSON to the console.
process.env["NODE_ENV"] = "test";
const red = NodeRed.duringTests();
let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ clock: scaledClock(20), images: { "a.iso": 1_000_000 } });
  const state = fields({ action: ["choice", "state"] });
  await red.deploy(flow(device(simulator, { timeout: "2" }), node("pikvm-atx-power", state)));
});
after(() => simulator.close());

const LONG = 6 * 1024 * 1024;
const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"];
const TYPES = ["application/json", "application/json; charset=utf-16", "text/plain", "application/x-www-form-urlencoded", ""]; // prettier-ignore

/** Surrogates without their half have no encoding. */
const encoded = text.map((part) => encodeURIComponent(Buffer.from(part.slice(0, 2000)).toString()));
const id = oneof(constantFrom("device", "device", "node", "%", "%2e%2e", "%00"), encoded);
const below = (...parts: Arbitrary<string>[]): Arbitrary<string> =>
  record({ id, part: oneof(...parts) }).map(({ id, part }) => `/pikvm/devices/${id}/${part}`);

const STEP = { event_type: "key", event: { key: "KeyA", state: true } };
/** Nothing leads away from this computer; nothing is looked for on the network. */
const FORMS = ["127.0.0.1:1", "http://127.0.0.1:1/x/", "", "__proto__"].map((address) => ({
  id: "device",
  fields: {
    address,
    auth: "headers",
    user: "admin",
    trust: "none",
    tls: "",
    proxy: "",
    headers: ["X-A"],
    timeout: "1",
  },
  secrets: { password: "x", totpSecret: "__UNSEEN__", header1: "${HOME}" },
}));

const PATHS = oneof(
  below(oneof(constantFrom(...Object.keys(CHOICE_LISTS)), encoded).map((kind) => `choices/${kind}`)),
  below(oneof(constantFrom(...ACTIONS.map(({ name }) => name), "screen-watch"), encoded).map((name) => `try/${name}`)),
  below(constantFrom("macro", "macro/", "choices", "try", "")),
  constantFrom("/pikvm/connect", "/pikvm/connect?x=1", "/pikvm/devices", "/pikvm/connect/%00"),
);
const BODIES = oneof(
  changedJson([...FORMS, { macro: [STEP], speed: 1, hostTimeout: 0 }, { text: "a", mode: "regex", action: "snapshot" }]).map((body) => JSON.stringify(body)), // prettier-ignore
  json.map((body) => JSON.stringify(body)),
  text,
  constantFrom(`[${"1,".repeat(LONG / 2)}1]`, "[".repeat(50_000)),
);

const CASES = record({
  method: oneof(constantFrom("GET", "POST", "POST", "POST"), constantFrom(...METHODS)),
  path: PATHS,
  type: oneof(constantFrom("application/json"), constantFrom(...TYPES)),
  body: BODIES,
});

faults("routes: whatever is asked of the editor's server", { short: 150, long: 100_000 }, async (random, cases) => {
  const answers: Record<string, number> = {};
  const wrong = await tried(random, cases, CASES, async (asked) => {
    red.forget();
    const last = simulator.requests.at(-1);
    const { status, body } = await ask(asked);
    answers[`HTTP ${status}`] = (answers[`HTTP ${status}`] ?? 0) + 1;
    if (status >= 500) throw new Error(`HTTP ${status}: ${body.slice(0, 500)}`);
    const logged = red.logs.filter(({ level }) => level <= 20).map(({ msg }) => String(msg));
    if (logged.length > 0) throw new Error(`logged: ${logged.join()}`);
    if (status < 400) return;
    const sent = simulator.requests.slice(simulator.requests.lastIndexOf(last ?? NONE) + 1);
    const changes = sent.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`);
    if (changes.length > 0) throw new Error(`refused with HTTP ${status}, and sent ${changes.join(", ")}`);
  });
  return { wrong, figures: answers };
});

const NONE = {} as Simulator["requests"][number]; // which is none of them

interface Asked {
  method: string;
  path: string;
  type: string;
  body: string;
}

/** As it is, without what `fetch` would put right. */
function ask({ method, path, type, body }: Asked): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const hasBody = method !== "GET" && method !== "HEAD";
    const headers = {
      ...(type === "" ? {} : { "Content-Type": type }),
      ...(hasBody ? { "Content-Length": Buffer.byteLength(body) } : {}),
    };
    const asking = request(red.url, { method, path, headers, agent: false }, (response) => {
      const pieces: string[] = [];
      response.setEncoding("utf8").on("data", (piece: string) => pieces.push(piece));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: pieces.join("") }));
      response.on("error", reject);
    });
    // A server may answer, and close, before it has read what is too long.
    asking.on("error", (error: Error & { code?: string }) =>
      error.code === "EPIPE" || error.code === "ECONNRESET" ? resolve({ status: 413, body: "" }) : reject(error),
    );
    asking.end(hasBody ? body : undefined);
  });
}
