export interface StreamerParams {
  /** Pictures per second. */
  desired_fps: number;
  /** JPEG quality, percent. */
  quality?: number;
  /** `WxH`. */
  resolution?: string;
  /** kbit/s. */
  h264_bitrate?: number;
  /** Pictures from one whole picture to the next; 0 = as few as possible. */
  h264_gop?: number;
}

export interface Limits {
  min: number;
  max: number;
}

interface Size {
  width: number;
  height: number;
}

export interface StreamerState {
  /** `h264`: not from devices before 2.16, which have no settings for it. */
  features: { quality: boolean; resolution: boolean; h264?: boolean };
  /** `max_fps`: instead of `desired_fps`, from devices before 2.18. */
  limits: {
    desired_fps?: Limits;
    max_fps?: number;
    h264_bitrate?: Limits;
    h264_gop?: Limits;
    available_resolutions?: string[];
  };
  /** As wanted. */
  params: StreamerParams;
  /** As the running process has them. */
  applied?: StreamerParams;
  snapshot: { saved: (Size & { online: boolean }) | null };
  /** `null` while nobody watches. */
  streamer: UstreamerState | null;
}

/** The running process. */
export interface UstreamerState {
  instance_id: string;
  encoder: { type: string; quality: number };
  h264?: { bitrate: number; gop: number; online: boolean; fps: number };
  drm?: { live: boolean; fps: number };
  sinks?: Record<string, { has_clients: boolean }>;
  /** `online`: there is a video signal. */
  source: { resolution: Size; online: boolean; desired_fps: number; captured_fps: number };
  stream: { queued_fps: number; clients: number; clients_stat: Record<string, Record<string, unknown>> };
}
