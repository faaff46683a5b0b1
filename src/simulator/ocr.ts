import { type JsonObject } from "./python";
import { type Announcement, type Route, type Subsystem } from "./subsystem";

/** Which languages the device could read. */
export class Ocr implements Subsystem {
  enabled = true;
  langs = { default: ["eng"], available: ["eng", "osd"] };

  readonly routes: readonly Route[] = [{ method: "GET", path: "/streamer/ocr", handle: () => ({ ocr: this.state() }) }];

  readonly announcements: readonly Announcement[] = [{ slot: "ocr", type: "ocr", event: () => this.state() }];

  state(): JsonObject {
    return this.enabled
      ? { enabled: true, langs: this.langs }
      : { enabled: false, langs: { default: [], available: [] } };
  }
}
