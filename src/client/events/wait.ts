import { pause, throwIfCancelled, within } from "../deadline";
import { PiKVMError, WaitTimeoutError } from "../errors";
import type { EventLink } from "./link";
import type { StateChange } from "./merge";
import type { CallOptions } from "../http/transport";

interface WaitOptions extends CallOptions {
  /** Seconds. */
  timeout: number;
  /** What to say when the time is over. */
  failure: string | (() => string);
}

/** Seconds between two looks while no event connection is open. */
const POLL_INTERVAL = 0.5;
/** Seconds between two looks while the event connection tells of changes: only in case it breaks. */
const RECHECK_INTERVAL = 5;

/** Waits for conditions on a device's state: told by the event connection where one is open, else by looking. */
export class StateWaiter {
  readonly #link: EventLink;
  readonly #closed: AbortSignal;

  /** @param closed ends all waiting. */
  constructor(link: EventLink, closed: AbortSignal) {
    this.#link = link;
    this.#closed = closed;
  }

  /** Waits for some time. */
  pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
    return pause(seconds, signal, this.#closed);
  }

  /**
   * The first state that fulfils the condition; the present one counts. A device that cannot be reached for a moment does not end the wait.
   * @throws WaitTimeoutError when the time is over; errors that will not go away by waiting (e.g. AuthError).
   */
  async until<S>(
    kind: string,
    read: (options: CallOptions) => Promise<S>,
    condition: (state: S) => boolean,
    options: WaitOptions,
  ): Promise<S> {
    let lastError: unknown;
    const { failure } = options;
    const late = () => new WaitTimeoutError(typeof failure === "string" ? failure : failure(), { cause: lastError });
    return within([options.signal, this.#closed], { seconds: options.timeout, late }, async ({ signal }) => {
      for (;;) {
        throwIfCancelled(signal);
        // Listens before it looks, so that no change in between is missed.
        const change = new NextChange(this.#link, kind);
        try {
          const state = await this.#look(read, signal, (error) => (lastError = error));
          if (state !== undefined && condition(state)) return state;
          await change.orAfter(this.#link.connection.connected ? RECHECK_INTERVAL : POLL_INTERVAL, signal);
        } finally {
          change[Symbol.dispose]();
        }
      }
    });
  }

  /** @returns undefined when the device cannot be reached for the moment. */
  async #look<S>(
    read: (options: CallOptions) => Promise<S>,
    signal: AbortSignal,
    note: (error: PiKVMError | undefined) => void,
  ): Promise<S | undefined> {
    try {
      const state = await read({ signal });
      note(undefined);
      return state;
    } catch (error) {
      throwIfCancelled(signal);
      if (!(error instanceof PiKVMError && error.retryable)) throw error;
      note(error);
      return undefined;
    }
  }
}

/** The next time the event connection reports a kind of state. */
class NextChange implements Disposable {
  readonly #link: EventLink;
  readonly #told = new AbortController();
  readonly #listener: (change: StateChange) => void;

  constructor(link: EventLink, kind: string) {
    this.#link = link;
    this.#listener = (change) => {
      if (change.kind === kind) this.#told.abort();
    };
    link.on("state", this.#listener);
  }

  async orAfter(seconds: number, signal: AbortSignal): Promise<void> {
    await pause(seconds, this.#told.signal, signal).catch(() => undefined);
  }

  [Symbol.dispose](): void {
    this.#link.off("state", this.#listener);
  }
}
