import { type JsonObject } from "./python";
import { type Announcement, type Route, type Subsystem } from "./subsystem";

/** The video. Its state is that of a streamer that never starts; pictures are not there yet. */
export class Streamer implements Subsystem {
  features = { quality: true, resolution: false, h264: true };
  limits: JsonObject = {
    desired_fps: { min: 0, max: 90 },
    h264_bitrate: { min: 25, max: 20000 },
    h264_gop: { min: 0, max: 60 },
  };
  params: JsonObject = { desired_fps: 30, quality: 80, h264_bitrate: 5000, h264_gop: 0 };

  readonly routes: readonly Route[] = [{ method: "GET", path: "/streamer", handle: () => this.state() }];

  readonly announcements: readonly Announcement[] = [{ slot: "streamer", type: "streamer", event: () => this.state() }];

  state(): JsonObject {
    const { features, limits, params } = this;
    return { features, limits, params, applied: params, streamer: null, snapshot: { saved: null } };
  }
}
