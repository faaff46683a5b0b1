/** Every recorded answer of the subsystems that are built, asked again. README.md lists what does not agree. */
import assert from "node:assert/strict";
import { test } from "node:test";

import type { Json, JsonObject } from "../../src/simulator/api/python";
import { type Exchange, exchange, exchangeNames } from "../recordings/exchanges";
import { type Answer, call, device } from "./device";
import { RECORDED_ORIGIN } from "./origin";
import { NOT_COMPARED, sceneOf } from "./scenes";

/** Differ from one run to the next, on the device too. */
const VOLATILE_KEYS = new Set(["mod_ts", "free", "total", "seconds", "minutes", "hours", "days", "fps", "queued_fps"]);
const VOLATILE_HEADERS = new Set(["Date", "Sec-WebSocket-Accept"]);
/** Moments, and who watches a stream. */
const VOLATILE_VALUES =
  /^(X-(UStreamer-.*-)?Timestamp: )\d+\.\d{6}$|^(Set-Cookie: stream_client=0\/)[0-9a-f]{16}|^(Expires: )\w+, \d\d (?=.* GMT$).*/;

/** Of somebody who watches a stream. */
const ID = /^[0-9a-f]{16}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Why a recording is not compared, if it is not. */
const reasonFor = (name: string): string | undefined =>
  Object.entries(NOT_COMPARED).find(([pattern]) => new RegExp(`^(${pattern})$`).test(name))?.[1];

test("two recordings are not compared, each for a reason", () => {
  const left = exchangeNames().filter((name) => reasonFor(name) !== undefined);
  assert.equal(left.length, 2, left.join(", "));
});

for (const name of exchangeNames().filter((name) => reasonFor(name) === undefined)) {
  test(`answers as recorded: ${name}`, async (t) => {
    const expected = exchange(name);
    const scene = sceneOf(expected);
    const simulator = await device(t, { redirectPort: 0, images: {}, ...scene.options });
    const { origin = RECORDED_ORIGIN, ...arranged } = (await scene.arrange(simulator, t)) ?? {};
    const { method, path, query } = expected.request;
    const search =
      typeof query === "string"
        ? query
        : new URLSearchParams(query)
            .toString()
            .replace(encodeURIComponent(RECORDED_ORIGIN), encodeURIComponent(origin));
    const base = name.startsWith("misc-http-redirect") ? (simulator.redirectUrl ?? "") : simulator.url;
    const answer = await call(base, method, path + (search === "" ? "" : `?${search}`), { ...scene.call, ...arranged });
    compare(answer, answer.text.replaceAll(origin, RECORDED_ORIGIN), expected, simulator.port);
  });
}

test("no recording is overlooked", () => {
  assert.ok(exchangeNames().length >= 342);
});

function compare(answer: Answer, text: string, expected: Exchange, port: number): void {
  assert.equal(`${answer.status} ${answer.reason}`, `${expected.status} ${expected.reason}`);
  assert.deepEqual(headersOf(answer.headers, port), headersOf(expected.headers, 8443));
  if (expected.body_json !== undefined) {
    const body = JSON.parse(text) as Json; // JSON.parse makes nothing else
    assert.deepEqual(scrubbed(body), scrubbed(expected.body_json));
    const steady = JSON.stringify(scrubbed(body)) === JSON.stringify(body) && !expected.name.startsWith("info-");
    if (steady) assert.equal(answer.body.length, expected.body_len);
  } else if (expected.body_base64 !== undefined) compareBinary(answer, Buffer.from(expected.body_base64, "base64"));
  else if (answer.header("Content-Type") === "application/x-ndjson")
    assert.deepEqual(ends(text), ends(expected.body_text ?? ""));
  else assert.equal(text, expected.body_text);
}

/** Pictures show another screen: what is said about them must agree. */
function compareBinary(answer: Answer, recorded: Buffer): void {
  const { body } = answer;
  const type = answer.header("Content-Type") ?? "";
  if (type === "image/jpeg") assert.deepEqual(sizeIn(body), sizeIn(recorded));
  else if (type.startsWith("multipart/")) assert.deepEqual(parts(body), parts(recorded));
  else assert.equal(type, "application/octet-stream");
}

/** Width and height as the JPEG itself tells them. */
function sizeIn(jpeg: Buffer): number[] {
  const frame = jpeg.indexOf(Buffer.of(0xff, 0xc0));
  assert.deepEqual([jpeg.readUInt16BE(0), frame > 0], [0xffd8, true]);
  return [jpeg.readUInt16BE(frame + 7), jpeg.readUInt16BE(frame + 5)];
}

/** The heads of the first two parts, and what lies between the first picture and the second head. */
function parts(body: Buffer): string[] {
  const text = body.toString("latin1");
  const [first = "", second = ""] = text.split("\r\n\r\n\xff\xd8");
  const between = second.slice(second.lastIndexOf("\xff\xd9"));
  return [first, between].map((head) => head.replace(/(Content-Length|X-Timestamp): [\d.]+/g, "$1"));
}

/** How a download tells of its progress depends on the network; how it begins and ends does not. */
function ends(lines: string): (string | undefined)[] {
  const records = lines.trim().split("\r\n");
  return [records[0], records.at(-1)];
}

function headersOf(headers: Exchange["headers"], port: number): string[] {
  const volatileLength = headers.some(
    ([name, value]) => name === "Content-Type" && /^(application\/json; charset=utf-8|image\/jpeg)$/.test(value),
  );
  return headers.map(([name, value]) => {
    if (VOLATILE_HEADERS.has(name) || (name === "Content-Length" && volatileLength)) return name;
    return `${name}: ${value.replace(/[0-9a-f]{64}|<64 hex digits>/, "TOKEN").replace(`:${port}/`, ":PORT/")}`.replace(
      VOLATILE_VALUES,
      "$1$3$4",
    );
  });
}

function scrubbed(value: Json): Json {
  if (typeof value === "string" && UUID.test(value)) return "UUID";
  if (Array.isArray(value)) return value.map((item) => scrubbed(item as Json)); // Array.isArray forgets what the items are
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value as JsonObject).map(
    ([key, inner]) => [ID.test(key) ? "ID" : key, inner] as const,
  );
  return Object.fromEntries(entries.map(([key, inner]) => [key, VOLATILE_KEYS.has(key) ? key : scrubbed(inner)]));
}
