/** Every recorded answer of the subsystems that are built, asked again. README.md lists what does not agree. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { type Json, type JsonObject } from "../../src/simulator/python";
import { ABSENT, type Recording, recording, recordingNames } from "./recordings";
import { type Answer, call, device } from "./device";
import { NOT_COMPARED, sceneOf } from "./scenes";

/** Differ from one run to the next, on the device too. */
const VOLATILE_KEYS = new Set(["mod_ts", "free", "total", "seconds", "minutes", "hours", "days"]);
const VOLATILE_HEADERS = new Set(["Date", "Sec-WebSocket-Accept"]);

for (const name of ABSENT === false ? recordingNames() : []) {
  const reason = Object.entries(NOT_COMPARED).find(([pattern]) => new RegExp(`^(${pattern})$`).test(name))?.[1];
  test(`answers as recorded: ${name}`, { skip: reason ?? false }, async (t) => {
    const expected = recording(name);
    const scene = sceneOf(expected);
    const simulator = await device(t, { redirectPort: 0, images: {}, ...scene.options });
    const arranged = (await scene.arrange(simulator)) ?? {};
    const { method, path, query } = expected.request;
    const search = typeof query === "string" ? query : new URLSearchParams(query).toString();
    const base = name.startsWith("misc-http-redirect") ? (simulator.redirectUrl ?? "") : simulator.url;
    const answer = await call(base, method, path + (search === "" ? "" : `?${search}`), { ...scene.call, ...arranged });
    compare(answer, expected, simulator.port);
  });
}

test("replays the recordings of a device", { skip: ABSENT }, () => undefined);

function compare(answer: Answer, expected: Recording, port: number): void {
  assert.equal(`${answer.status} ${answer.reason}`, `${expected.status} ${expected.reason}`);
  assert.deepEqual(headersOf(answer.headers, port), headersOf(expected.headers, 8443));
  if (expected.body_json !== undefined) {
    const body = JSON.parse(answer.text) as Json; // JSON.parse makes nothing else
    assert.deepEqual(scrubbed(body), scrubbed(expected.body_json));
    const steady = JSON.stringify(scrubbed(body)) === JSON.stringify(body) && !expected.name.startsWith("info-");
    if (steady && !hasWholeFloats(expected)) assert.equal(answer.body.length, expected.body_len);
  } else if (expected.body_base64 !== undefined) {
    assert.equal(answer.header("Content-Type"), "application/octet-stream");
  } else assert.equal(answer.text, expected.body_text);
}

function headersOf(headers: Recording["headers"], port: number): string[] {
  const volatileLength = headers.some(
    ([name, value]) => name === "Content-Type" && value === "application/json; charset=utf-8",
  );
  return headers.map(([name, value]) => {
    if (VOLATILE_HEADERS.has(name) || (name === "Content-Length" && volatileLength)) return name;
    return `${name}: ${value.replace(/[0-9a-f]{64}|<64 hex digits>/, "TOKEN").replace(`:${port}/`, ":PORT/")}`;
  });
}

/** JavaScript cannot tell `0.0` from `0` in what was recorded, so such states cannot be printed back byte for byte. */
function hasWholeFloats({ name }: Recording): boolean {
  return name.startsWith("gpio-");
}

function scrubbed(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => scrubbed(item as Json)); // Array.isArray forgets what the items are
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value as JsonObject);
  return Object.fromEntries(entries.map(([key, inner]) => [key, VOLATILE_KEYS.has(key) ? key : scrubbed(inner)]));
}
