import { float, type JsonObject } from "./python";
import { type Announcement, type Route, type Subsystem } from "./subsystem";

/** Relays and inputs. The states are there; switching and pulsing are not yet. */
export class Gpio implements Subsystem {
  /** As a V3 comes: nothing but the USB breaker. */
  model: JsonObject = {
    scheme: {
      inputs: {},
      outputs: {
        __v3_usb_breaker__: {
          switch: true,
          pulse: { delay: float(0), min_delay: float(0), max_delay: float(0) },
          hw: { driver: "__gpio__", pin: "5" },
        },
      },
    },
    view: { header: { title: [{ type: "label", text: "GPIO" }] }, table: [] },
  };
  channels: JsonObject = {
    inputs: {},
    outputs: { __v3_usb_breaker__: { online: true, state: true, busy: false } },
  };

  readonly routes: readonly Route[] = [{ method: "GET", path: "/gpio", handle: () => this.state() }];

  readonly announcements: readonly Announcement[] = [{ slot: "gpio", type: "gpio", event: () => this.state() }];

  state(): JsonObject {
    return { model: this.model, state: this.channels };
  }
}
