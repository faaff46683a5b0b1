import type { Age } from "../age";
import { KvmdError } from "../api/errors";
import type { Size } from "./picture";
import type { Json, JsonObject } from "../api/python";
import type { KvmdRequest } from "../api/subsystem";
import { SINCE } from "../since";
import * as valid from "../api/validators";

/** Which settings the capture hardware has. */
export interface StreamFeatures {
  quality: boolean;
  resolution: boolean;
  h264: boolean;
}

export interface StreamParams {
  desired_fps: number;
  quality?: number;
  /** `1280x720` */
  resolution?: string;
  h264_bitrate?: number;
  h264_gop?: number;
}

export interface StreamLimits {
  desired_fps: Limit;
  h264_bitrate: Limit;
  h264_gop: Limit;
  available_resolutions: readonly string[];
}

interface Limit {
  readonly min: number;
  readonly max: number;
}

type Name = keyof StreamParams;
type Changes = Map<Name, number | string>;

interface Rule {
  readonly feature?: keyof StreamFeatures;
  readonly error?: readonly [kind: string, what: string];
  readonly check: (raw: string) => number | string;
}

const H264 = ["StreamerH264NotSupported", "H264"] as const;

/** In the order in which kvmd looks at them. */
const RULES: Readonly<Record<Name, Rule>> = {
  quality: {
    feature: "quality",
    error: ["StreamerQualityNotSupported", "quality settings"],
    check: valid.streamQuality,
  },
  desired_fps: { check: (raw) => valid.int(raw, { name: "stream FPS", min: 0, max: 120 }) },
  resolution: {
    feature: "resolution",
    error: ["StreamerResolutionNotSupported", "resolution settings"],
    check: valid.streamResolution,
  },
  h264_bitrate: {
    feature: "h264",
    error: H264,
    check: (raw) => valid.int(raw, { name: "stream H264 bitrate", min: 25, max: 20_000 }),
  },
  h264_gop: {
    feature: "h264",
    error: H264,
    check: (raw) => valid.int(raw, { name: "stream H264 GOP", min: 0, max: 60 }),
  },
};

/** What of the request differs from the settings goes into `pending`, up to the first one that is refused. */
export function collect(
  request: KvmdRequest,
  age: Age,
  features: StreamFeatures,
  params: StreamParams,
  pending: Changes,
): void {
  for (const [name, { feature, error, check }] of Object.entries(RULES) as [Name, Rule][]) {
    const raw = request.param(name);
    if (raw === undefined || raw === "") continue;
    if (feature === "h264" && !age.since(SINCE.h264)) continue;
    if (feature !== undefined && !features[feature])
      throw new KvmdError(error?.[0] ?? "", `This streamer does not support ${error?.[1] ?? ""}`);
    const value = check(raw);
    if (value !== params[name]) pending.set(name, value);
  }
}

/** What the hardware cannot do is dropped in silence. */
export function merged(params: StreamParams, changes: Changes, limits: StreamLimits): StreamParams {
  const possible = [...changes].filter(([name, value]) => {
    if (name === "quality") return true;
    if (name === "resolution") return limits.available_resolutions.includes(String(value));
    return Number(value) >= limits[name].min && Number(value) <= limits[name].max;
  });
  return { ...params, ...(Object.fromEntries(possible) as Partial<StreamParams>) }; // the checks above made them so
}

/** Without what the hardware does not have. */
export function shownParams(params: StreamParams, features: StreamFeatures): JsonObject {
  const entries = Object.entries(params).filter(([name]) => {
    const { feature } = RULES[name as Name]; // it is one of its keys
    return feature === undefined || features[feature];
  });
  return Object.fromEntries(entries as [string, Json][]);
}

export function shownLimits(limits: StreamLimits, features: StreamFeatures): JsonObject {
  const { desired_fps: fps, available_resolutions: resolutions, h264_bitrate: bitrate, h264_gop: gop } = limits;
  return {
    desired_fps: { ...fps },
    ...(features.resolution ? { available_resolutions: resolutions } : {}),
    ...(features.h264 ? { h264_bitrate: { ...bitrate }, h264_gop: { ...gop } } : {}),
  };
}

export function sizeOf(resolution: string | undefined): Size | undefined {
  const [width, height] = resolution?.split("x").map(Number) ?? [];
  return width === undefined || height === undefined ? undefined : { width, height };
}
