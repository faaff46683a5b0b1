/** What the media daemon offers; devices differ. */
export interface MediaState {
  /** By format. */
  video: {
    /** `profile_level_id` as in SDP, for decoders. */
    h264?: { profile_level_id: string };
    jpeg?: Record<string, unknown>;
  };
}
