import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PiKVM } from "../../src/client";
import { client, failure, httpServer, SIDE_BY_SIDE } from "./kit";

const ATX = [{}, { leds: null }, { leds: {} }, { leds: { power: "on" } }, { leds: [true] }];
const MSD = [
  {},
  { online: true },
  { online: true, drive: {}, storage: null },
  { online: true, drive: null },
  { online: true, drive: { connected: false, image: "a.iso" }, storage: null },
  { online: true, drive: { connected: false, image: null }, storage: {} },
  { online: true, drive: null, storage: { images: [] } },
  { online: true, drive: null, storage: { images: { "a.iso": null } } },
  { online: true, drive: null, storage: { images: { "a.iso": { size: "1", complete: true } } } },
  { online: true, drive: null, storage: { images: {}, parts: { "": 5 } } },
];
const STORED = [{}, { image: null }, { image: { name: "a.iso" } }];

interface Row {
  path: string;
  results: unknown[];
  calls: Record<string, (kvm: PiKVM) => Promise<unknown>>;
  /** The request may have been carried out. */
  changes?: true;
}

const gpio = (item: unknown) => ({
  model: { scheme: { inputs: {}, outputs: {} }, view: { table: [[item]] } },
  state: { inputs: {}, outputs: {} },
});
const streamer = (limits: unknown) => ({ features: { quality: true }, limits, params: {}, streamer: null });

const ROWS: Row[] = [
  {
    path: "/api/gpio",
    results: [{ type: "output" }, { type: "output", channel: 5 }, { type: "label" }, null].map(gpio),
    calls: { "gpio.getState": (kvm) => kvm.gpio.getState(), "relays.switch": (kvm) => kvm.relays.switch("lamp", true) },
  },
  {
    path: "/api/streamer",
    results: [null, { desired_fps: 30 }, { desired_fps: { min: "a", max: null } }, { available_resolutions: "a" }].map(
      streamer,
    ),
    calls: { "streamer.setParams": (kvm) => kvm.streamer.setParams({ desiredFps: 5, resolution: "a" }) },
  },
  {
    path: "/api/streamer/ocr",
    results: [{}, { ocr: null }, { ocr: { enabled: true, langs: { default: [], available: null } } }],
    calls: { "streamer.ocr": (kvm) => kvm.streamer.ocr({ langs: ["eng"] }) },
  },
  {
    path: "/api/atx",
    results: ATX,
    calls: {
      "atx.getState": (kvm) => kvm.atx.getState(),
      "power.on": (kvm) => kvm.power.on(),
      "power.ensureOn": (kvm) => kvm.power.ensureOn({ timeout: 30 }),
      "power.ensureOff": (kvm) => kvm.power.ensureOff({ timeout: 30, hardAfter: 5 }),
      "power.cycle": (kvm) => kvm.power.cycle({ timeout: 30 }),
      "power.powerOrReset": (kvm) => kvm.power.powerOrReset(),
    },
  },
  {
    path: "/api/msd",
    results: MSD,
    calls: {
      "msd.getState": (kvm) => kvm.msd.getState(),
      "drive.mount": (kvm) => kvm.drive.mount("a.iso", { timeout: 30 }),
      "drive.eject": (kvm) => kvm.drive.eject({ timeout: 30 }),
    },
  },
  {
    path: "/api/hid",
    results: [{}, { keyboard: {} }, { keyboard: {}, mouse: null }],
    calls: { "hid.getState": (kvm) => kvm.hid.getState() },
  },
  {
    path: "/api/hid/inactivity",
    results: [{}, { inactivity: null }, { inactivity: "5" }],
    calls: { "hid.getInactivity": (kvm) => kvm.hid.getInactivity() },
  },
  {
    path: "/api/hid/keymaps",
    results: [{}, { keymaps: [] }, { keymaps: { default: "de", available: {} } }],
    calls: { "hid.getKeymaps": (kvm) => kvm.hid.getKeymaps() },
  },
  {
    path: "/api/msd/write",
    results: STORED,
    calls: { "msd.upload": (kvm) => kvm.msd.upload("a.iso", Buffer.from("image")) },
    changes: true,
  },
  {
    path: "/api/msd/write_remote",
    results: STORED,
    calls: { "msd.uploadRemote": (kvm) => kvm.msd.uploadRemote("http://web.lan/a.iso") },
    changes: true,
  },
];

describe("a success that is not what the API documents is a ResponseError", SIDE_BY_SIDE, () => {
  for (const { path, results, calls, changes } of ROWS) {
    for (const [call, make] of Object.entries(calls)) {
      test(`${call} of ${path}`, async (t) => {
        for (const result of [null, [], "text", 5, ...results]) {
          const asked: string[] = [];
          const address = await httpServer(t, (request, response) => {
            asked.push(request.url?.split("?")[0] ?? "");
            request.resume();
            request.on("end", () => {
              response.setHeader("Content-Type", "application/json");
              response.end(`${JSON.stringify({ ok: true, result })}\n`);
            });
          });
          const kvm = await client(t, { address: `http://${address}` });
          await failure(make(kvm), {
            name: "ResponseError",
            code: "BAD_RESPONSE",
            statusCode: 200,
            outcome: changes ? "unknown" : undefined,
            message: /^The answer is not what the API documents \(application\/json, \d+ characters\)\./,
          });
          // It is not waited for a better one, and nothing is pressed or mounted.
          assert.deepEqual(asked, [path], JSON.stringify(result));
        }
      });
    }
  }
});
