import { beginsVideo, checkedH264 } from "./h264";
import { checkedJpeg } from "./jpeg";

export type VideoFormat = "h264" | "jpeg";

/** One frame of the media socket. */
export interface MediaFrame {
  format: VideoFormat;
  /** H.264 in Annex B (start codes; a key frame begins with its parameter sets), or a JPEG picture. */
  data: Buffer;
  /** Whether a decoder can begin with it; true of every JPEG. */
  key: boolean;
  /** Frames lost on our side since the one before, because they were not taken in time. */
  dropped: number;
}

/** As many as the device keeps for a client. */
const MAX_FRAMES = 32;
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * Frames that wait for their reader. What there is no room for is dropped so that the rest can be decoded: of JPEG the
 * oldest pictures, of H.264 everything up to the next key frame.
 */
export class FrameQueue {
  readonly format: VideoFormat;
  readonly #frames: MediaFrame[] = [];
  #bytes = 0;
  /** Before the first of the frames, or before the next one to come. */
  #dropped = 0;
  #needsKey: boolean;

  constructor(format: VideoFormat) {
    this.format = format;
    this.#needsKey = format === "h264";
  }

  /** Whether nothing comes before the next key frame because others were dropped. */
  get isBroken(): boolean {
    return this.#needsKey && this.#dropped > 0;
  }

  /**
   * @param flag the device's key flag, which says nothing of JPEG.
   * @throws ResponseError for what is not of the format; it counts as dropped.
   */
  add(data: Buffer, flag: boolean): void {
    const { format } = this;
    try {
      if (format === "jpeg") checkedJpeg(data);
      else checkedH264(data);
    } catch (error) {
      this.#dropped += 1;
      this.#needsKey = format === "h264";
      throw error;
    }
    const key = format === "jpeg" || (flag && beginsVideo(data));
    while (this.#frames.length >= MAX_FRAMES || this.#bytes + data.length > MAX_BYTES) this.#makeRoom();
    if (this.#needsKey && !key) {
      this.#dropped += 1;
      return;
    }
    this.#needsKey = false;
    this.#frames.push({ format, data, key, dropped: 0 });
    this.#bytes += data.length;
  }

  /** The next frame; undefined when there is none yet. */
  next(): MediaFrame | undefined {
    const frame = this.#frames.shift();
    if (!frame) return undefined;
    this.#bytes -= frame.data.length;
    const dropped = this.#dropped;
    this.#dropped = 0;
    return { ...frame, dropped };
  }

  #makeRoom(): void {
    const lost = this.#frames.splice(0, this.format === "jpeg" ? 1 : Infinity);
    for (const { data } of lost) this.#bytes -= data.length;
    this.#dropped += lost.length;
    this.#needsKey = this.format === "h264";
  }
}
