import { readFileSync } from "node:fs";
import path from "node:path";
import { array, constant, nat, oneof, record, type Arbitrary } from "fast-check";
import { PiKVMError } from "../../src/client";
import { question, recordsIn } from "../../src/client/discovery/dns";
import { KnownStates } from "../../src/client/events/known-states";
import { parseEvent } from "../../src/client/events/merge";
import { parseMacro } from "../../src/client/hid/macro";
import type { OpenAnswer } from "../../src/client/http/http";
import { readJson } from "../../src/client/http/json";
import { recordsOf } from "../../src/client/http/records";
import { brightnessOf } from "../../src/client/screen/brightness";
import { edidHex } from "../../src/client/switch/edid";
import { FrameQueue, type VideoFormat } from "../../src/client/video/frame-queue";
import { framesOf } from "../../src/client/video/mjpeg";
import { EDID } from "../client/edid-data";
import { CHECKOUT } from "../harness/node-red";
import { tinyH264, tinyJpeg } from "../harness/tiny";
import { allRecorded } from "../recordings/answers";
import { eventsIn, sessionFiles } from "../recordings/sessions";
import { changedJson, editedBytes, json } from "./hostile";
import { faults } from "./suite";
import { tried } from "./tried";

// Whatever is read from a device, byte by byte: with recorded bytes that were damaged. A parser answers, or says what is
// wrong by a name of ours.

const PICTURES = ["grey", "colours-420", "colours-422-restart", "colours-444-optimised", "progressive"].map((name) =>
  readFileSync(path.join(CHECKOUT, "test/client/pictures", `${name}.jpg`)),
);
const EVENTS = [...new Set(sessionFiles().flatMap((file) => eventsIn(file).map((event) => JSON.stringify(event))))].map((event) => Buffer.from(event)); // prettier-ignore
const JPEGS = [...PICTURES, tinyJpeg()];
const ANSWER = {
  statusCode: 200,
  headers: { "content-type": "multipart/x-mixed-replace;boundary=boundarydonotcross" },
  changes: false,
};

/** As ustreamer sends them. */
const MJPEG = JPEGS.map((image) => {
  const head = `--boundarydonotcross\r\nContent-Type: image/jpeg\r\nContent-Length: ${image.length}\r\nX-Timestamp: 1.5\r\n\r\n`;
  const part = Buffer.concat([Buffer.from(head), image, Buffer.from("\r\n")]);
  return Buffer.concat([part, part, Buffer.from("--boundarydonotcross\r\n")]);
});
const RECORDS = allRecorded().flatMap(({ path, body }) => (path === "/api/msd/write_remote" ? [body] : []));
const MACRO = [
  { event_type: "print", event: { text: "a\n", keymap: "de", slow: true } },
  { event_type: "delay", event: { millis: 5 } },
  { event_type: "delay_random", event: { range: { min: 1, max: 5 } } },
  { event_type: "key", event: { key: "KeyA", state: true, finish: false } },
  { event_type: "mouse_button", event: { button: "left", state: true } },
  { event_type: "mouse_move", event: { to: { x: 0, y: 0 } } },
  { event_type: "mouse_wheel", event: { delta: [{ x: 0, y: 5 }], squash: true } },
  { event_type: "atx_button", event: { button: "power" } },
  { event_type: "gpio_switch", event: { channel: "lamp", state: true, to: true } },
];
const DNS = ["_pikvm._tcp.local", "a\\.b._x.local"].map((name) => {
  const asked = question(name, "PTR");
  asked.writeUInt16BE(0x8400, 2);
  asked.writeUInt16BE(1, 6);
  const srv = Buffer.concat([Buffer.from([0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 9, 0, 8, 0, 0, 0, 0, 1, 187, 0xc0, 12])]);
  return Buffer.concat([asked, srv]);
});

/** A body that arrives in pieces. */
const pieces = (seeds: readonly Buffer[]): Arbitrary<Buffer[]> =>
  record({ data: editedBytes(seeds), cuts: array(nat(2 ** 16), { maxLength: 5 }) }).map(({ data, cuts }) => {
    const ends = [...cuts.map((cut) => cut % (data.length + 1)), data.length].sort((one, other) => one - other);
    return ends.map((end, index) => data.subarray(ends[index - 1] ?? 0, end));
  });

async function* arriving(parts: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield await Promise.resolve(part);
}

interface Parser<T> {
  given: Arbitrary<T>;
  parse: (value: T) => unknown;
}

const parser = <T>(given: Arbitrary<T>, parse: (value: T) => unknown): Parser<T> => ({ given, parse });

const frames = (format: VideoFormat, seeds: readonly Buffer[]) =>
  parser(array(editedBytes(seeds), { minLength: 1, maxLength: 40 }), (all) => {
    const queue = new FrameQueue(format);
    for (const frame of all) quietly(() => queue.add(frame, true));
    while (queue.next());
  });

const PARSERS = {
  events: parser(array(oneof(editedBytes(EVENTS), changedEvents()), { maxLength: 12 }), (messages) => {
    const states = new KnownStates();
    for (const message of messages) quietly(() => states.take(parseEvent(message), message.length));
    JSON.stringify(states.all);
  }),
  "records of NDJSON": parser(pieces(RECORDS), async (parts) => {
    for await (const one of recordsOf(arriving(parts))) quietly(() => readJson(one));
  }),
  mjpeg: parser(record({ parts: pieces(MJPEG), zeroData: oneof(constant(true), constant(false)) }), async (given) => {
    // As much of a body as is used here.
    const body = Object.assign(arriving(given.parts), { discard: () => undefined }) as unknown as OpenAnswer["body"];
    for await (const frame of framesOf({ ...ANSWER, body }, given.zeroData))
      if (frame.image.length > 2 ** 24) throw new Error("a picture longer than allowed");
  }),
  "frames of H.264": frames("h264", [
    tinyH264(true),
    tinyH264(false),
    Buffer.concat([tinyH264(true), tinyH264(false)]),
  ]),
  "frames of JPEG": frames("jpeg", JPEGS),
  "brightness of pictures": parser(editedBytes(JPEGS), brightnessOf),
  macros: parser(oneof(changedJson([MACRO]), editedBytes([Buffer.from(JSON.stringify(MACRO))]), json), parseMacro),
  EDID: parser(
    oneof(
      editedBytes([EDID]),
      editedBytes([EDID]).map((data) => data.toString("hex")),
    ),
    edidHex,
  ),
  "answers of DNS": parser(editedBytes(DNS), recordsIn),
} as const;

function changedEvents(): Arbitrary<Buffer> {
  return changedJson(EVENTS.map((event): unknown => JSON.parse(event.toString()))).map((event) =>
    Buffer.from(JSON.stringify(event)),
  );
}

/** What is refused by a name of ours is read on. */
function quietly(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!isOurs(error)) throw error;
  }
}

/** A `SyntaxError` is what `readJson` throws, whose callers all catch it. */
const isOurs = (error: unknown): boolean => error instanceof PiKVMError || error instanceof SyntaxError;

/** A case, with the parser that reads it. */
const CASES = oneof(
  ...Object.entries(PARSERS).map(([name, { given, parse }]) =>
    (given as Arbitrary<unknown>).map((value) => ({ name, value, parse: parse as (value: unknown) => unknown })),
  ),
);

faults(
  "parsers: bytes and JSON of a device that were damaged",
  { short: 700, long: 100_000 },
  async (random, cases) => {
    let refused = 0;
    const wrong = await tried(random, cases, CASES, async ({ parse, value }) => {
      try {
        await parse(value);
      } catch (error) {
        if (!isOurs(error)) throw error;
        refused += 1;
      }
    });
    return { wrong, figures: { refused } };
  },
);
