import { pause } from "./deadline";
import { AuthError, WebSocketError, type PiKVMError } from "./errors";

/** A change of a connection that is kept up. */
export interface ConnectionChange {
  connected: boolean;
  /** Why it is not connected; absent when it was closed on purpose. */
  error?: PiKVMError;
  /** The login was refused in a trial, too: the outage goes on, and `error` tells when the next trial is. */
  repeated?: true;
}

/** A failure after which another attempt follows. */
export interface Retry {
  error: PiKVMError;
  /** When that is. */
  at: Date;
}

/** In seconds. */
export interface Backoff {
  /** The first pause; each one is twice as long as the one before, up to a ceiling. */
  backoffStart: number;
  /** The ceilings, by how long the outage has lasted: the first from its beginning on. */
  backoffCeilings: readonly [Ceiling, ...Ceiling[]];
}

/** What holds once an outage has lasted for so long. In seconds. */
interface Ceiling {
  from: number;
  /** The longest pause. */
  ceiling: number;
  /** See `ConnectionUse`. Default any. */
  patience?: number;
}

/**
 * A device that restarts is back after a minute or less, and then somebody waits for it. It is one of the user's own:
 * eight seconds are no burden for it, however long it is away. Of many that are away the gate of new connections lets
 * few be tried at a time. Where nothing answers at all, TCP asks again ever more seldom: a new attempt asks sooner.
 */
export const BACKOFF: Backoff = {
  backoffStart: 0.25,
  backoffCeilings: [
    { from: 0, ceiling: 2, patience: 2 },
    { from: 120, ceiling: 8, patience: 8 },
    // Of what will go wrong again in the same way.
    { from: Infinity, ceiling: 60 },
  ],
};

interface ReconnectOptions {
  /** Gets each change. */
  onChange: (change: ConnectionChange) => void;
  /** Gets each failure, also of one outage: for what shows how it goes. */
  onRetry?: (retry: Retry) => void;
  backoff?: Backoff;
  /** Waits until a refused login may be tried again. @throws the error of a signal that ends meanwhile. */
  untilTrial: (...signals: (AbortSignal | undefined)[]) => Promise<void>;
  /** Seconds for which what was connected may fail with this error before it counts as an outage. Default 0. */
  grace?: (error: PiKVMError) => number;
  /** Waits for the next attempt instead of a pause of its own, e.g. because others make it, too. */
  wait?: (...signals: (AbortSignal | undefined)[]) => Promise<void>;
}

/**
 * What keeps a connection up tells here how it goes. What was of use and is lost is tried again at once; then there is
 * a pause between two attempts, which grows with each failure. An outage is reported once, however many attempts it
 * takes and however they fail; a refused login is, too, and then each trial that is refused, since then the time of the
 * next one is known.
 */
export class Reconnect {
  readonly #options: ReconnectOptions;
  #connection: ConnectionChange = { connected: false };
  /** In a row. */
  #failures = 0;
  #failingSince = 0;
  #connectedAt = 0;
  /** When the present attempt began. */
  #triedAt = performance.now();
  #isProven = false;
  /** A refused login was reported in this outage. */
  #isRefused = false;

  constructor(options: ReconnectOptions) {
    this.#options = options;
  }

  get connection(): Readonly<ConnectionChange> {
    return this.#connection;
  }

  /** Seconds for which the next attempt may wait for an answer of any kind; undefined: as for all connections. */
  get patience(): number | undefined {
    const failing = this.#failures === 0 ? 0 : secondsSince(this.#failingSince);
    return ceilingAfter(failing, this.#options.backoff ?? BACKOFF).patience;
  }

  connected(): void {
    if (!this.#connection.connected) this.#connectedAt = performance.now();
    this.#change({ connected: true });
  }

  /** The connection is of use: the next failure counts as the first one again, unless it comes at once. */
  proven(): void {
    this.#isProven = true;
  }

  /** It failed. Waits until it may be tried again. @throws the error of a signal that ends meanwhile. */
  async failed(error: PiKVMError, ...signals: (AbortSignal | undefined)[]): Promise<void> {
    const { backoff = BACKOFF, grace, untilTrial, onRetry, wait } = this.#options;
    if (this.#isProven && performance.now() - this.#connectedAt >= backoff.backoffStart * 1000) this.#failures = 0;
    this.#isProven = false;
    this.#failures += 1;
    if (this.#failures === 1) this.#failingSince = performance.now();
    if (isRefusal(error)) {
      this.#change({ connected: false, error });
      await untilTrial(...signals);
      this.#triedAt = performance.now();
      return;
    }
    const failing = secondsSince(this.#failingSince);
    // What takes long to fail has been a pause already.
    const tried = this.#connection.connected ? 0 : secondsSince(this.#triedAt);
    const mayPass = this.#connection.connected && failing < (grace?.(error) ?? 0);
    if (!mayPass) this.#change({ connected: false, error });
    if (wait) return wait(...signals);
    const isHopeless = error instanceof WebSocketError && !error.retryable;
    const seconds = isHopeless
      ? pauseAfter(Infinity, Infinity, backoff)
      : Math.max(0, pauseAfter(this.#failures - 1, failing, backoff) - tried);
    if (!mayPass) onRetry?.({ error, at: new Date(Date.now() + seconds * 1000) });
    await pause(seconds, ...signals);
    this.#triedAt = performance.now();
  }

  /** It was closed on purpose. */
  closed(): void {
    this.#change({ connected: false });
  }

  #change(change: ConnectionChange): void {
    const before = this.#connection;
    this.#connection = change;
    const isFirstFailure = change.error !== undefined && before.error === undefined;
    if (before.connected !== change.connected || isFirstFailure) this.#options.onChange(change);
    else if (isRefusal(change.error))
      this.#options.onChange({ ...change, ...(this.#isRefused ? { repeated: true } : {}) });
    this.#isRefused = !change.connected && (this.#isRefused || isRefusal(change.error));
  }
}

const isRefusal = (error: PiKVMError | undefined): boolean =>
  error instanceof AuthError && error.nextTrial !== undefined;

/**
 * Exponential with jitter: many devices or Node-REDs do not come back in step. Seconds.
 * @param failures in a row; none: no pause.
 * @param failing seconds since the first of them.
 */
export function pauseAfter(failures: number, failing: number, backoff: Backoff): number {
  if (failures === 0) return 0;
  const { ceiling } = ceilingAfter(failing, backoff);
  return (0.5 + Math.random() / 2) * Math.min(ceiling, backoff.backoffStart * 2 ** (failures - 1));
}

const ceilingAfter = (failing: number, { backoffCeilings }: Backoff): Ceiling =>
  backoffCeilings.findLast(({ from }) => from <= failing) ?? backoffCeilings[0];

const secondsSince = (time: number): number => (performance.now() - time) / 1000;
