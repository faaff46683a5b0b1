import { pause, throwIfCancelled, within } from "../deadline";
import { PiKVMError, WaitTimeoutError } from "../errors";
import type { CallOptions, Transport } from "../http/transport";
import type { Presence } from "../presence";
import { Wait } from "../wait";
import type { EventLink } from "./link";
import type { StateChange } from "./merge";

interface WaitOptions extends CallOptions {
  /** Seconds. */
  timeout: number;
  /** Seconds for which it must stay so. Default 0. */
  holdFor?: number;
  /** The message of the error when the time is over. */
  failure: string | (() => string);
}

/** Seconds from one look to the next while no event connection is open. */
const POLL_INTERVAL = 0.5;
/** Seconds from one look to the next while the event connection reports changes: only in case that it breaks. */
const RECHECK_INTERVAL = 5;

/**
 * Waits for conditions on a device's state, which it reads from the device: whenever an open event connection reports a
 * change, else at regular intervals.
 */
export class StateWaiter {
  readonly #link: EventLink;
  readonly #closed: AbortSignal;
  readonly #presence: Presence;

  constructor(link: EventLink, { closed, presence }: Transport) {
    this.#link = link;
    this.#closed = closed;
    this.#presence = presence;
  }

  /**
   * Reads what kvmd reads from its pins: once more where the device may just have started, and what it says may not be
   * so.
   */
  async surely<S>(read: () => Promise<S>, signal: AbortSignal | undefined): Promise<S> {
    for (;;) {
      const state = await read();
      const { unsure } = this.#presence;
      if (unsure === 0) return state;
      await this.pause(unsure, signal);
    }
  }

  /** Waits for some time. */
  pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
    return pause(seconds, signal, this.#closed);
  }

  /**
   * Waits for a state that fulfils the condition; the present one counts. A device that cannot be reached for a moment
   * does not end the wait.
   * @throws WaitTimeoutError when the time is over; errors that waiting does not mend, such as AuthError.
   */
  async until<S>(
    kind: string,
    read: (options: CallOptions) => Promise<S>,
    condition: (state: S) => boolean,
    options: WaitOptions,
  ): Promise<S> {
    let lastError: unknown;
    const { failure, holdFor = 0 } = options;
    const late = () => new WaitTimeoutError(typeof failure === "string" ? failure : failure(), { cause: lastError });
    const wait = new Wait({ isRight: condition, holdFor });
    return within([options.signal, this.#closed], { seconds: options.timeout, late }, (deadline) =>
      wait.until(deadline, {
        listen: () => this.#listen(kind, () => wait.lookAgain()),
        look: (signal) => this.#look(read, signal, (error) => (lastError = error)),
        interval: () => (holdFor === 0 && this.#link.connection.connected ? RECHECK_INTERVAL : POLL_INTERVAL),
      }),
    );
  }

  #listen(kind: string, onChange: () => void): () => void {
    const listener = (change: StateChange) => {
      if (change.kind === kind) onChange();
    };
    this.#link.on("state", listener);
    return () => this.#link.off("state", listener);
  }

  /** @returns undefined while the device cannot be reached. */
  async #look<S>(
    read: (options: CallOptions) => Promise<S>,
    signal: AbortSignal,
    noteError: (error: PiKVMError | undefined) => void,
  ): Promise<S | undefined> {
    try {
      const state = await read({ signal });
      noteError(undefined);
      return state;
    } catch (error) {
      throwIfCancelled(signal);
      if (!(error instanceof PiKVMError && error.retryable)) throw error;
      noteError(error);
      return undefined;
    }
  }
}
