import { asPiKVMError } from "../actions/thrown";
import type { ConnectionChange, PiKVM, PiKVMError, Preview, ScreenCondition } from "../client";

/** When a picture of the screen is published, besides when it is asked for. */
export type PictureWhen = "request" | "rate" | "changes";

export interface PictureSettings {
  when: PictureWhen;
  /** Seconds from one to the next at least. */
  interval: number;
  /** Pixels; it is made smaller where it is wider. */
  maxWidth: number;
}

interface Uses {
  pikvm: PiKVM;
  /** Bytes; a larger one is made smaller, or else left out. */
  largest: () => number;
  onPicture: (picture: Buffer) => void;
  onError: (error: PiKVMError) => void;
}

/** JPEG quality of a picture that is made smaller. */
const QUALITY = 80;

/** Pictures of the screen for the broker. */
export class Pictures {
  readonly #settings: PictureSettings;
  readonly #uses: Uses;
  readonly #stop = new AbortController();
  #isTaking = false;

  constructor(settings: PictureSettings, uses: Uses) {
    this.#settings = settings;
    this.#uses = uses;
    if (settings.when !== "request") void this.#watch(settings.when);
  }

  /** Several who ask at once get the same. */
  take(): void {
    if (this.#isTaking) return;
    this.#isTaking = true;
    void this.#take().finally(() => (this.#isTaking = false));
  }

  close(): void {
    this.#stop.abort();
  }

  /** Never rejects. */
  async #watch(when: Exclude<PictureWhen, "request">): Promise<void> {
    const rate = 1 / this.#settings.interval;
    const condition: ScreenCondition = when === "rate" ? { mode: "frames", rate } : { mode: "changes", rate };
    const onConnection = ({ error, repeated }: ConnectionChange) => {
      if (error && !repeated) this.#uses.onError(error);
    };
    const { signal } = this.#stop;
    try {
      for await (const { image, width } of this.#uses.pikvm.screen.watch(condition, { signal, onConnection })) {
        const isSmall = width !== undefined && width <= this.#settings.maxWidth && image.length <= this.#uses.largest();
        if (isSmall) this.#uses.onPicture(image);
        else await this.#take();
      }
    } catch (thrown) {
      if (!signal.aborted) this.#uses.onError(asPiKVMError(thrown));
    }
  }

  /** Never rejects. */
  async #take(): Promise<void> {
    const { pikvm, largest, onPicture, onError } = this.#uses;
    const { signal } = this.#stop;
    try {
      // Whole pictures are larger than what brokers like, and than what a phone shows.
      for (const preview of this.#sizes()) {
        const { image } = await pikvm.screen.snapshot({ preview, signal });
        if (image.length > largest()) continue;
        if (!signal.aborted) onPicture(image);
        return;
      }
    } catch (thrown) {
      if (!signal.aborted) onError(asPiKVMError(thrown));
    }
  }

  #sizes(): Preview[] {
    const { maxWidth } = this.#settings;
    const widths = [maxWidth, maxWidth / 2, maxWidth / 4].map(Math.ceil);
    return widths.map((width) => ({ maxWidth: width, quality: QUALITY }));
  }
}
