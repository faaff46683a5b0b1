import { pause } from "./deadline";
import type { PiKVMError } from "./errors";

/** A change of a connection that is kept up. */
export interface ConnectionChange {
  connected: boolean;
  /** Why it is not connected; absent when it was closed on purpose. */
  error?: PiKVMError;
  /** Set when no further attempt is made because the device refused our credentials. */
  final?: true;
}

/** In seconds. */
export interface Backoff {
  /** The first pause before another attempt, at most; it doubles with each failure up to the ceiling. */
  backoffStart: number;
  backoffCeiling: number;
}

export const BACKOFF: Backoff = { backoffStart: 1, backoffCeiling: 60 };

interface ReconnectOptions {
  /** Gets each change. */
  onChange: (change: ConnectionChange) => void;
  backoff?: Backoff;
  /** Seconds for which what was connected may fail with this error before it counts as an outage. Default 0. */
  grace?: (error: PiKVMError) => number;
  /** Waits for the next attempt instead of a pause of its own, e.g. because others make it, too. */
  wait?: (...signals: (AbortSignal | undefined)[]) => Promise<void>;
}

/**
 * What keeps a connection up tells here how it goes. Between two attempts there is a pause, which grows with each
 * failure. An outage is reported once, however many attempts it takes and however they fail; its end by a refused login
 * is reported again.
 */
export class Reconnect {
  readonly #options: ReconnectOptions;
  #connection: ConnectionChange = { connected: false };
  /** In a row. */
  #failures = 0;
  #failingSince = 0;

  constructor(options: ReconnectOptions) {
    this.#options = options;
  }

  get connection(): Readonly<ConnectionChange> {
    return this.#connection;
  }

  connected(): void {
    this.#change({ connected: true });
  }

  /** The connection is of use: the next failure counts as the first one again. */
  proven(): void {
    this.#failures = 0;
  }

  /** It failed. Waits until it may be tried again. @throws the error of a signal that ends meanwhile. */
  async failed(error: PiKVMError, ...signals: (AbortSignal | undefined)[]): Promise<void> {
    const { backoff = BACKOFF, grace, wait } = this.#options;
    this.#failures += 1;
    if (this.#failures === 1) this.#failingSince = performance.now();
    const seconds = (performance.now() - this.#failingSince) / 1000;
    const mayPass = this.#connection.connected && seconds < (grace?.(error) ?? 0);
    if (!mayPass) this.#change({ connected: false, error });
    await (wait?.(...signals) ?? pause(pauseAfter(this.#failures, backoff), ...signals));
  }

  /** It is given up: the device refuses our credentials. */
  refused(error: PiKVMError): void {
    this.#change({ connected: false, error, final: true });
  }

  /** It was closed on purpose. */
  closed(): void {
    this.#change({ connected: false });
  }

  #change(change: ConnectionChange): void {
    const before = this.#connection;
    this.#connection = change;
    const isFirstFailure = change.error !== undefined && before.error === undefined;
    if (before.connected !== change.connected || isFirstFailure || change.final) this.#options.onChange(change);
  }
}

/** Exponential with full jitter: many devices or Node-REDs do not come back in step. Seconds. */
export function pauseAfter(failures: number, { backoffStart, backoffCeiling }: Backoff): number {
  return Math.random() * Math.min(backoffCeiling, backoffStart * 2 ** (failures - 1));
}
