import type { StreamerState } from "../../client";
import { DIAGNOSTIC, light, sensor, type Part } from "../entity";

export const screen: Part = {
  kinds: ["streamer", "clients"],
  entities({ streamer, clients }) {
    const video = streamer as StreamerState | undefined; // as the device's software sends it
    return [
      ...(video ? reading(video) : []),
      ...(clients ? [sensor("clients", clients.count, { ...DIAGNOSTIC, icon: "mdi:account-eye" })] : []),
    ];
  },
};

/** While nobody watches, the device does not look. */
function reading({ streamer }: StreamerState) {
  const source = streamer?.source;
  const size = source && `${source.resolution.width}x${source.resolution.height}`;
  return [
    light("video", source?.online, { device_class: "connectivity" }),
    sensor("video_size", size, { ...DIAGNOSTIC, icon: "mdi:monitor-screenshot" }),
  ];
}
