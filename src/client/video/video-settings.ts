import type { ChangeOptions } from "../http/commands";
import { ConfigurationError } from "../errors";
import type { SetStreamerParams, Streamer } from "./streamer";
import type { StreamerParams, StreamerState } from "./streamer-state";
import type { StateWaiter } from "../events/state-waiter";

export interface ChangeSettingsOptions extends ChangeOptions {
  /** Seconds for the device to take them over. Default 10. */
  timeout?: number;
}

/** For `Screen.changeSettings`, which says what it does. */
export async function changeSettings(
  streamer: Streamer,
  waiter: StateWaiter,
  params: SetStreamerParams,
  { timeout = 10, ...options }: ChangeSettingsOptions,
): Promise<StreamerState> {
  const wanted = Object.entries(asReported(params)).filter(([, value]) => value !== undefined);
  if (wanted.length === 0) throw new ConfigurationError("No setting to change was given; nothing was sent.");
  await streamer.setParams(params, options);
  const isTaken = (state: StreamerState) => {
    const reported = new Map(Object.entries(state.params));
    return wanted.every(([name, value]) => reported.get(name) === value);
  };
  const failure = `The device has not taken the settings over within ${timeout} s.`;
  return waiter.until("streamer", (call) => streamer.getState(call), isTaken, { ...options, timeout, failure });
}

function asReported(params: SetStreamerParams): Record<keyof StreamerParams, unknown> {
  const { quality, desiredFps, resolution, h264Bitrate, h264Gop } = params;
  return { quality, desired_fps: desiredFps, resolution, h264_bitrate: h264Bitrate, h264_gop: h264Gop };
}
