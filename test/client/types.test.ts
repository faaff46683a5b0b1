import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";
import type { GpioState, StreamerState, SwitchState } from "../../src/client";

const CAPTURES = resolve(__dirname, "../../../../shared/captures");
const skip = existsSync(CAPTURES) ? false : "../shared/captures is not here";

/** Its type is what is being tested. */
function recorded(path: string): unknown {
  const file = JSON.parse(readFileSync(join(CAPTURES, path), "utf8")) as { body_json?: object; result?: unknown };
  return "body_json" in file ? (file.body_json as { result: unknown }).result : file.result;
}

/** Where a recording has less than the type, or something else, this fails; more than the type is allowed. */
function has(value: unknown, shape: Record<string, string>): void {
  for (const [path, type] of Object.entries(shape)) {
    const found = path
      .split(".")
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value);
    const actual = Array.isArray(found) ? "array" : found === null ? "null" : typeof found;
    assert.ok(type.split("|").includes(actual), `${path}: ${actual}, expected ${type}`);
  }
}

describe("what the types say is what devices send", { skip }, () => {
  test("gpio", () => {
    for (const path of [
      "device-4.206/gpio.json",
      "kvmd-4.197/http/gpio-state.json",
      "kvmd-4.197/http/gpio-state-busy.json",
    ]) {
      const { model, state } = recorded(path) as GpioState;
      for (const output of Object.values(model.scheme.outputs))
        has(output, { switch: "boolean", "pulse.delay": "number", "pulse.min_delay": "number", "pulse.max_delay": "number", "hw.driver": "string", "hw.pin": "string" }); // prettier-ignore
      for (const input of Object.values(model.scheme.inputs)) has(input, { "hw.driver": "string", "hw.pin": "string" });
      for (const channel of Object.values(state.outputs))
        has(channel, { online: "boolean", state: "boolean", busy: "boolean" });
      for (const channel of Object.values(state.inputs)) has(channel, { online: "boolean", state: "boolean" });
      for (const item of [...[model.view.header.title].flat(), ...model.view.table.flatMap((row) => row ?? [])]) {
        assert.ok(typeof item === "object");
        if (item.type === "label") has(item, { text: "string" });
        if (item.type === "input") has(item, { channel: "string", color: "string" });
        if (item.type === "output")
          has(item, { channel: "string", text: "string", confirm: "boolean", hide: "boolean" });
      }
    }
  });

  test("streamer", () => {
    const names = ["changing", "saved", "stopped", "nosignal"].map(
      (name) => `kvmd-4.197/http/streamer-state-${name}.json`,
    );
    for (const path of ["device-4.206/streamer.json", ...names]) {
      const state = recorded(path) as StreamerState;
      has(state, { "features.quality": "boolean", "features.resolution": "boolean", "features.h264": "boolean", "limits.desired_fps.min": "number", "params.desired_fps": "number", "applied.desired_fps": "number", "snapshot.saved": "null|object", streamer: "null|object" }); // prettier-ignore
      if (state.streamer)
        has(state.streamer, { instance_id: "string", "encoder.type": "string", "encoder.quality": "number", "source.online": "boolean", "source.resolution.width": "number", "source.captured_fps": "number", "stream.clients": "number", "stream.clients_stat": "object" }); // prettier-ignore
    }
  });

  test("switch", () => {
    for (const path of [
      "device-4.206/switch.json",
      "kvmd-4.197/http/switch-state.json",
      "kvmd-4.197/http/switch-state-with-edid.json",
    ]) {
      const state = recorded(path) as SwitchState;
      has(state, { "model.firmware.version": "number", "model.units": "array", "model.ports": "array", "model.limits.atx.click_delays.power_long.default": "number", "summary.active_port": "number", "summary.active_id": "string", "summary.synced": "boolean", "edids.used": "array", "video.links": "array", "usb.links": "array", "beacons.uplinks": "array", "beacons.downlinks": "array", "beacons.ports": "array", "atx.busy": "array", "atx.leds.power": "array", "atx.leds.hdd": "array" }); // prettier-ignore
      for (const edid of Object.values(state.edids.all)) {
        has(edid, { name: "string", data: "string", parsed: "object|null" });
        if (edid.parsed)
          has(edid.parsed, { mfc_id: "string", product_id: "number", serial: "number", monitor_name: "string|null", monitor_serial: "string|null", audio: "boolean" }); // prettier-ignore
      }
      for (const color of Object.values(state.colors))
        has(color, { red: "number", green: "number", blue: "number", brightness: "number", blink_ms: "number" });
      assert.deepEqual(Object.keys(state.colors).sort(), ["active", "beacon", "bootloader", "flashing", "inactive"]);
    }
  });
});
