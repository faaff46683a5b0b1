import { type JsonObject } from "./python";
import { type Announcement, type Route, type Subsystem } from "./subsystem";

const DEFAULT_EDID =
  "00FFFFFFFFFFFF0031D8707701010101231A010380351E780E0565A756529C270F50543FED00B300A9C0950090408180" +
  "814081C0714F011D007251D01E206E2855000F282100001E000000FF0043414645424142452020202020000000FD0032" +
  "4B0F5211000A202020202020000000FC0050694B564D0A20202020202020018D020317314A841F13223E213D203C0167" +
  "030C001000802D011D007251D01E206E2855000F282100001E0000000000000000000000000000000000000000000000" +
  "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" +
  "00000000000000000000000000000015";

const color = (red: number, green: number, blue: number, brightness: number, blink_ms: number): JsonObject => ({
  red,
  green,
  blue,
  brightness,
  blink_ms,
});

/** The PiKVM Switch, with no unit attached. Its commands are not there yet. */
export class Switch implements Subsystem {
  edids: Record<string, JsonObject> = {
    default: {
      name: "Default",
      data: DEFAULT_EDID,
      parsed: {
        mfc_id: "LNX",
        product_id: 30576,
        serial: 16843009,
        monitor_name: "PiKVM",
        monitor_serial: "CAFEBABE",
        audio: false,
      },
    },
  };
  colors: Record<string, JsonObject> = {
    inactive: color(255, 0, 0, 64, 0),
    active: color(0, 255, 0, 128, 0),
    flashing: color(0, 170, 255, 128, 0),
    beacon: color(228, 44, 156, 255, 250),
    bootloader: color(255, 170, 0, 128, 0),
  };

  readonly routes: readonly Route[] = [{ method: "GET", path: "/switch", handle: () => this.state() }];

  readonly announcements: readonly Announcement[] = [{ slot: "switch", type: "switch", event: () => this.state() }];

  state(): JsonObject {
    const delay = (seconds: number): JsonObject => ({ default: seconds, min: 0, max: 10 });
    return {
      model: {
        firmware: { version: 9 },
        units: [],
        ports: [],
        limits: { atx: { click_delays: { power: delay(0.5), power_long: delay(5.5), reset: delay(0.5) } } },
      },
      summary: { active_port: -1, active_id: "", synced: true },
      edids: { all: this.edids, used: [] },
      colors: this.colors,
      video: { links: [] },
      usb: { links: [] },
      beacons: { uplinks: [], downlinks: [], ports: [] },
      atx: { busy: [], leds: { power: [], hdd: [] } },
    };
  }
}
