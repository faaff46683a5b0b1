import { isDeepStrictEqual } from "node:util";
import { within } from "../deadline";
import { AuthError, WaitTimeoutError } from "../errors";
import { Wait } from "../wait";
import { EventStream } from "./events";
import type { EventLink } from "./link";
import type { ConnectionChange } from "../reconnect";
import type { Derive } from "./derived";
import { inRange } from "../ranges";
import type { CallOptions } from "../http/transport";
import { isReported, namesAsText, namesBeside, valueAt, type StatePath } from "./state-path";

export interface WaitForValueOptions extends CallOptions {
  /** Seconds, up to a day. */
  timeout: number;
  /** Seconds for which the condition must stay fulfilled. Default 0. */
  holdFor?: number;
  /** A value that fulfils the condition already does not count: it must change to one that does. Default false. */
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

/** Waits for conditions on what a device reports, over the one event connection: many waits cost no more than one. */
export class Watch {
  readonly #link: EventLink;
  readonly #power: Derive;

  /** @param power how the kind of state `power` is computed. */
  constructor(link: EventLink, power: Derive) {
    this.#link = link;
    this.#power = power;
  }

  /**
   * Waits until the value at a path of the merged states fulfils a condition. A connection that breaks meanwhile is
   * opened again.
   * @param isRight gets the value, and the one that was reported first. What it throws ends the wait.
   * @throws WaitTimeoutError with the `lastValue`; the error of the connection when it cannot be opened at first, or is
   * refused; for `power` ConfigurationError `POWER_UNKNOWN` when nothing tells it.
   */
  async until(
    path: StatePath,
    isRight: (value: unknown, first: unknown) => boolean,
    { timeout, holdFor = 0, next = false, signal }: WaitForValueOptions,
  ): Promise<AwaitedValue> {
    inRange("The timeout", timeout, SECONDS);
    inRange("The time to stay", holdFor, SECONDS);
    const start = performance.now();
    const value = new ReportedValue(this.#link, path, path.kind === "power" ? [this.#power] : []);
    const wait = new Wait<unknown>({ isRight: (seen) => isRight(seen, value.first), holdFor, next });
    const late = () => {
      const held = holdFor > 0 ? ` for ${holdFor} s` : "";
      const text = `${path.text} was not as wanted${held} within ${timeout} s. ${this.#lastSight(path, value)}`;
      return new WaitTimeoutError(text, value.isKnown ? { lastValue: value.last } : {});
    };
    await within([signal, this.#link.closed], { seconds: timeout, late }, (deadline) =>
      wait.until(deadline, { listen: () => value.listen(wait) }),
    );
    return { value: value.last, waited: (performance.now() - start) / 1000 };
  }

  #lastSight(path: StatePath, { last, isKnown, problem }: ReportedValue): string {
    // That of the power is computed: it is not among those that the device reports.
    const names = path.kind === "power" ? [] : (namesBeside(this.#link.states, path) ?? []);
    if (names.length > 0) return `The device reports nothing there. ${namesAsText(names)}`;
    if (!isKnown && problem !== undefined) return problem;
    return isKnown ? `It was ${JSON.stringify(last).slice(0, SHOWN)} at last.` : "The device has not reported it.";
  }
}

const SHOWN = 200;

/** The value at a path, as a subscription reports it. */
class ReportedValue {
  /** What was reported first, and last. */
  first: unknown;
  last: unknown;
  isKnown = false;
  /** Why it could not be known. */
  problem: string | undefined;
  /** The connection broke since it was reported. */
  #isStale = false;
  readonly #link: EventLink;
  readonly #path: StatePath;
  readonly #derive: readonly Derive[];

  constructor(link: EventLink, path: StatePath, derive: readonly Derive[]) {
    this.#link = link;
    this.#path = path;
    this.#derive = derive;
  }

  /** Hands the value to a wait, each time it changes. @returns what ends that. */
  listen(wait: Wait<unknown>): () => void {
    const { kind, keys } = this.#path;
    const stream = new EventStream(this.#link, this.#derive);
    stream.on("state", (change) => {
      if (change.kind === kind && isReported(this.#path, change.state)) this.#take(valueAt(change.state, keys), wait);
    });
    stream.on("connection", (change) => this.#follow(change, wait));
    stream.on("problem", (error) => {
      // What passes is waited for.
      if (!error.retryable) wait.fail(error);
      this.problem = error.message;
    });
    // Not waited for: the connection closes when nobody types any more, or with the device.
    return () => void stream.close();
  }

  #take(value: unknown, wait: Wait<unknown>): void {
    if (this.isKnown && !this.#isStale && isDeepStrictEqual(value, this.last)) return;
    this.#isStale = false;
    if (!this.isKnown) this.first = value;
    this.isKnown = true;
    this.last = value;
    wait.see(value);
  }

  #follow({ connected, error }: ConnectionChange, wait: Wait<unknown>): void {
    if (!connected) {
      this.#isStale = true;
      wait.lose();
    }
    if (error && (error instanceof AuthError || !this.isKnown)) wait.fail(error);
  }
}
