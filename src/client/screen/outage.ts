import { pause } from "../deadline";
import { APIError, AuthError, CancelledError, ConfigurationError, PiKVMError } from "../errors";
import { backoff, type ConnectionChange } from "../events/link";
import { isOutside } from "../video/snapshot";

/** Seconds that a device takes at most to run its video again, e.g. after its settings were changed. */
const RESTART_TIME = 10;

/** What to do when something that runs for ever breaks: it is told once, and tried again with growing pauses. */
export class Outage {
  readonly #tell: (change: ConnectionChange) => void;
  #failures = 0;
  #state: "new" | "working" | "broken" = "new";
  #failedAt = 0;

  constructor(tell: (change: ConnectionChange) => void) {
    this.#tell = tell;
  }

  /** It works (again). */
  over(): void {
    this.#failures = 0;
    if (this.#state === "working") return;
    this.#state = "working";
    this.#tell({ connected: true });
  }

  /** Waits until it may be tried again. @throws what will not go away by itself: a refused login, wrong settings, a cancel. */
  async sitOut(error: unknown, ...signals: (AbortSignal | undefined)[]): Promise<void> {
    const isFinal = !isOutside(error) && FINAL.some((kind) => error instanceof kind);
    if (isFinal || !(error instanceof PiKVMError)) throw error;
    this.#failures += 1;
    if (this.#failures === 1) this.#failedAt = performance.now();
    if (this.#state !== "broken" && !this.#mayBeShort(error)) {
      this.#state = "broken";
      this.#tell({ connected: false, error });
    }
    await pause(backoff(this.#failures), ...signals);
  }

  /** The device is there and its video is not: usually it is just starting anew. */
  #mayBeShort(error: PiKVMError): boolean {
    const isRestart = this.#state === "working" && (error instanceof APIError || isOutside(error));
    return isRestart && performance.now() - this.#failedAt < RESTART_TIME * 1000;
  }
}

const FINAL = [AuthError, ConfigurationError, CancelledError];
