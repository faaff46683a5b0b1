import { isDeepStrictEqual } from "node:util";
import { within } from "../deadline";
import { WaitTimeoutError } from "../errors";
import { EventStream } from "./events";
import type { EventLink } from "./link";
import type { ConnectionChange } from "../reconnect";
import { PowerLed } from "./power-led";
import { inRange } from "../ranges";
import type { CallOptions } from "../http/transport";
import { isReported, namesAsText, namesBeside, valueAt, type StatePath } from "./state-path";

export interface WaitForValueOptions extends CallOptions {
  /** Seconds, up to a day. */
  timeout: number;
  /** Seconds for which it must stay true. Default 0. */
  holdFor?: number;
  /** What is true already does not count: it must become true. Default false. */
  next?: boolean;
}

/** What was waited for. */
export interface AwaitedValue {
  /** Null when there is nothing at the path. */
  value: unknown;
  /** Seconds that it took. */
  waited: number;
}

const SECONDS = { min: 0, max: 86_400, unit: " s" };

/** Waits for conditions on what a device reports, over the one event connection; many waits cost no more than one. */
export class Watch {
  readonly #link: EventLink;

  constructor(link: EventLink) {
    this.#link = link;
  }

  /**
   * Waits until the value at a path of the merged states fulfils a condition; a connection that breaks meanwhile is made again.
   * @param isRight gets the value and the one that was seen first. What it throws ends the wait.
   * @throws WaitTimeoutError with the `lastValue`; what the connection throws when it cannot be made at first, or is refused.
   */
  async until(
    path: StatePath,
    isRight: (value: unknown, first: unknown) => boolean,
    { timeout, holdFor = 0, next = false, signal }: WaitForValueOptions,
  ): Promise<AwaitedValue> {
    inRange("The timeout", timeout, SECONDS);
    inRange("The time to stay", holdFor, SECONDS);
    const start = performance.now();
    const wait = new ValueWait(this.#link, path, isRight, { holdFor, next });
    const late = () => {
      const { value, isKnown } = wait;
      const held = holdFor > 0 ? ` for ${holdFor} s` : "";
      const text = `${path.text} was not as wanted${held} within ${timeout} s. ${this.#sight(path, wait)}`;
      return new WaitTimeoutError(text, isKnown ? { lastValue: value } : {});
    };
    try {
      await within([signal, this.#link.closed], { seconds: timeout, late }, (deadline) =>
        deadline.race(wait.fulfilled),
      );
      return { value: wait.value, waited: (performance.now() - start) / 1000 };
    } finally {
      wait.end();
    }
  }

  #sight(path: StatePath, { value, isKnown }: ValueWait): string {
    // The state of the LED is computed: it is not among those that the device reports.
    const names = path.kind === "power" ? [] : (namesBeside(this.#link.states, path) ?? []);
    if (names.length > 0) return `The device reports nothing there. ${namesAsText(names)}`;
    return isKnown ? `It was ${JSON.stringify(value).slice(0, SHOWN)} at last.` : "The device has not reported it.";
  }
}

const SHOWN = 200;

class ValueWait {
  readonly fulfilled: Promise<void>;
  value: unknown;
  isKnown = false;
  readonly #stream: EventStream;
  readonly #isRight: (value: unknown, first: unknown) => boolean;
  readonly #holdFor: number;
  #first: unknown;
  /** The connection broke since the value was seen. */
  #isStale = false;
  /** Whether it may count as true: not before it was seen otherwise, when the next time is waited for. */
  #mayCount: boolean;
  #holding: NodeJS.Timeout | undefined;
  #fulfil: () => void = () => undefined;
  #fail: (error: unknown) => void = () => undefined;

  constructor(
    link: EventLink,
    path: StatePath,
    isRight: (value: unknown, first: unknown) => boolean,
    { holdFor, next }: { holdFor: number; next: boolean },
  ) {
    this.#isRight = isRight;
    this.#holdFor = holdFor;
    this.#mayCount = !next;
    this.fulfilled = new Promise((resolve, reject) => {
      this.#fulfil = resolve;
      this.#fail = reject;
    });
    // It is awaited by the caller, but not before the next turn.
    this.fulfilled.catch(() => undefined);
    this.#stream = new EventStream(link, path.kind === "power" ? [(told) => new PowerLed(told)] : []);
    this.#stream.on("state", ({ kind, state }) => {
      if (kind === path.kind && isReported(path, state)) this.#see(valueAt(state, path.keys));
    });
    this.#stream.on("connection", (change) => this.#hear(change));
  }

  /** The connection is closed when nobody types any more, or with the device: what was waited for is known before. */
  end(): void {
    this.#forget();
    void this.#stream.close();
  }

  /** Called by the WebSocket, or by a timer: an exception would end the process. */
  #see(value: unknown): void {
    try {
      this.#judge(value);
    } catch (error) {
      this.#fail(error);
    }
  }

  #judge(value: unknown): void {
    if (this.isKnown && !this.#isStale && isDeepStrictEqual(value, this.value)) return;
    this.#isStale = false;
    if (!this.isKnown) this.#first = value;
    this.isKnown = true;
    this.value = value;
    if (!this.#isRight(value, this.#first)) {
      this.#mayCount = true;
      this.#forget();
    } else if (!this.#mayCount) return;
    else if (this.#holdFor === 0) this.#fulfil();
    else this.#holding ??= setTimeout(this.#fulfil, this.#holdFor * 1000);
  }

  /** It is not true, or not known to be, any more. */
  #forget(): void {
    clearTimeout(this.#holding);
    this.#holding = undefined;
  }

  #hear({ connected, error, final }: ConnectionChange): void {
    // What was true is not known to have stayed so.
    if (!connected) {
      this.#forget();
      this.#isStale = true;
    }
    if (error && (final || !this.isKnown)) this.#fail(error);
  }
}
