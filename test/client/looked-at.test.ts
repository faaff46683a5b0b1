/** What is handed on is looked at: the headers of an answer promise, its contents decide. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { text as textFrom } from "node:stream/consumers";
import type { PiKVM } from "../../src/client";
import { tinyH264, tinyJpeg } from "../harness/tiny";
import { bench, client, failure, httpServer, SIDE_BY_SIDE } from "./kit";

const PAGE = "<!DOCTYPE html>\n<title>Log in</title>";
const H264 = tinyH264(true);
const BINARY = Buffer.concat([tinyJpeg(), H264]);
const HEX = "00".repeat(128);

interface Member {
  /** What the answer says it is. */
  says: string;
  /** What it holds instead. */
  holds: Record<string, Buffer | string>;
  code: string;
  message?: RegExp;
  calls: Record<string, (kvm: PiKVM) => Promise<unknown>>;
}

const JPEGS = {
  "H.264": H264,
  "a web page": PAGE,
  "half of a picture": tinyJpeg().subarray(0, -2),
  "the first bytes of a picture": tinyJpeg().subarray(0, 4),
  "a picture without a size": Buffer.from("ffd8ffda0008010100003f0055ffd9", "hex"),
  nothing: "",
};
const edids = (data: unknown, used: unknown = []): string =>
  JSON.stringify({ ok: true, result: { edids: { all: { default: { name: "Default", data } }, used } } });

const MEMBERS: Member[] = [
  {
    says: "image/jpeg",
    holds: JPEGS,
    code: "JPEG",
    calls: {
      snapshot: (kvm) => kvm.streamer.snapshot(),
      preview: (kvm) => kvm.streamer.snapshot({ preview: true }),
      "saved snapshot": (kvm) => kvm.streamer.snapshot({ load: true }),
      "any call": (kvm) => kvm.request("GET", "/api/streamer/snapshot", { as: "buffer" }),
    },
  },
  {
    says: "text/plain; charset=utf-8",
    holds: { "a picture": tinyJpeg(), "H.264": H264, "no UTF-8": Buffer.of(0x41, 0xff) },
    code: "BAD_RESPONSE",
    calls: { "text recognition": (kvm) => kvm.streamer.ocr() },
  },
  {
    says: "text/plain",
    holds: { "a web page": PAGE, "an envelope": '{"ok": true, "result": {}}', "H.264": BINARY },
    code: "BAD_RESPONSE",
    message: /log/,
    calls: {
      log: (kvm) => kvm.system.getLog(),
      "log as it comes": (kvm) => kvm.system.streamLog().next(),
      "log by any call": (kvm) => kvm.request("GET", "/api/log", { as: "text", contents: "log" }),
    },
  },
  {
    says: "text/plain; charset=utf-8",
    holds: {
      "a web page": PAGE,
      nothing: "",
      "an envelope": '{"ok": true, "result": {}}',
      "H.264": BINARY,
      words: "a b",
    },
    code: "BAD_RESPONSE",
    message: /metrics/,
    calls: {
      metrics: (kvm) => kvm.prometheus.getMetrics(),
      "metrics by any call": (kvm) =>
        kvm.request("GET", "/api/export/prometheus/metrics", { as: "text", contents: "metrics" }),
    },
  },
  {
    says: "application/json; charset=utf-8",
    holds: { "a web page": PAGE, "half of it": '{"ok": true, "resu', "H.264": H264, "a list": "[]", nothing: "" },
    code: "BAD_RESPONSE",
    calls: {
      state: (kvm) => kvm.atx.getState(),
      info: (kvm) => kvm.request("GET", "/api/info", { contents: "result" }),
      Redfish: (kvm) => kvm.redfish.getSystem(),
    },
  },
  {
    says: "application/json; charset=utf-8",
    holds: { "no EDID": edids("zz"), "half a block": edids(HEX.slice(2)), nothing: edids(""), "a number": edids(1), "no ports": edids(HEX, null) }, // prettier-ignore
    code: "BAD_RESPONSE",
    calls: { EDIDs: (kvm) => kvm.switch.getEdids(), "EDIDs by name": (kvm) => kvm.edids.list() },
  },
  {
    says: "text/html",
    holds: { "a web page": PAGE },
    code: "BAD_RESPONSE",
    message: /web page/,
    calls: {
      "image of the drive": (kvm) => kvm.msd.download("a.iso"),
      log: (kvm) => kvm.system.getLog(),
      metrics: (kvm) => kvm.prometheus.getMetrics(),
      "text recognition": (kvm) => kvm.streamer.ocr(),
      snapshot: (kvm) => kvm.streamer.snapshot(),
    },
  },
];

describe("what an answer holds", SIDE_BY_SIDE, () => {
  for (const { says, holds, calls, code, message } of MEMBERS)
    for (const [name, call] of Object.entries(calls))
      test(`${name}: says ${says}`, async (t) => {
        let body: Buffer | string = "";
        const address = await httpServer(t, (_, response) => response.setHeader("Content-Type", says).end(body));
        const kvm = await client(t, { address: `http://${address}` });
        for (const [what, contents] of Object.entries(holds)) {
          body = contents;
          await t.test(`and holds ${what}`, async () => {
            await failure(call(kvm), { name: "ResponseError", code, ...(message ? { message } : {}) });
          });
        }
      });

  test("says of H.264 what it is, and that asking again would not help", async (t) => {
    const address = await httpServer(t, (_, response) => response.setHeader("Content-Type", "image/jpeg").end(H264));
    const kvm = await client(t, { address: `http://${address}` });
    await failure(kvm.streamer.snapshot(), {
      name: "ResponseError",
      code: "JPEG",
      message: /H\.264/,
      retryable: false,
    });
  });

  test("an image that is not compressed although that was asked", async (t) => {
    const address = await httpServer(t, (_, response) =>
      response.setHeader("Content-Type", "application/octet-stream").end("plain contents of an image"),
    );
    const kvm = await client(t, { address: `http://${address}` });
    for (const compress of ["lzma", "zstd"] as const) {
      const { stream } = await kvm.msd.download("a.iso", { compress });
      await failure(textFrom(stream), { name: "ResponseError", code: "COMPRESSION" });
    }
    const { stream } = await kvm.msd.download("a.iso");
    assert.equal(await textFrom(stream), "plain contents of an image");
  });

  test("an image of another size than the device lists", async (t) => {
    const images = { "a.iso": { size: 100, complete: true } };
    const state = { enabled: true, online: true, busy: false, drive: null, storage: { images } };
    let body: Buffer | string = "";
    const address = await httpServer(t, ({ url = "" }, response) =>
      url.includes("/read")
        ? response.setHeader("Content-Type", "application/octet-stream").end(body)
        : response.end(JSON.stringify({ ok: true, result: state })),
    );
    const kvm = await client(t, { address: `http://${address}` });
    for (body of [PAGE, "", Buffer.alloc(99), Buffer.alloc(101)]) {
      const { stream } = await kvm.images.download("a.iso");
      await failure(textFrom(stream), { name: "ResponseError", code: "SIZE" });
    }
    body = Buffer.alloc(100);
    assert.equal((await textFrom((await kvm.images.download("a.iso")).stream)).length, 100);
  });

  test("headers with numbers that are none", async (t) => {
    const headers = { "Content-Type": "image/jpeg", "X-UStreamer-Width": "wide", "X-Timestamp": "1e400" };
    const address = await httpServer(t, (_, response) => response.writeHead(200, headers).end(tinyJpeg()));
    const kvm = await client(t, { address: `http://${address}` });
    const { width, timestamp } = await kvm.streamer.snapshot();
    assert.deepEqual([width, timestamp], [undefined, undefined]);
  });

  test("plain HTTP to a port that speaks HTTPS: what to change", async (t) => {
    const { sim } = await bench(t, { tls: true });
    const kvm = await client(t, { address: sim.url.replace("https:", "http:") });
    const message = /^HTTP 400: The device's port speaks HTTPS: change its address to https:\/\/\.$/;
    await failure(kvm.atx.getState(), { name: "APIError", statusCode: 400, message });
    await failure(kvm.media.open(), { name: "APIError", statusCode: 400, message });
  });
});
