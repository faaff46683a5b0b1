import { pause } from "../deadline";
import { UnavailableError, WaitTimeoutError } from "../errors";
import type { StateWaiter } from "../events/state-waiter";
import type { HidState } from "../events/states";
import type { CallOptions } from "../http/transport";
import { inRange } from "../ranges";
import type { Hid } from "./hid";
import { isOnline, type HostInput } from "./host-online";
import type { LiveHid } from "./live-hid";

export interface HostOptions extends CallOptions {
  /** Seconds to wait for a host that does not listen to the keyboard or the mouse, up to a day. Default 0. */
  hostTimeout?: number;
}

const TIMEOUT = { min: 0, max: 86_400, unit: " s" };
/** Seconds after which a host that does not listen is tried again. */
const TRY_INTERVAL = 5;
/** Seconds in which the device learns whether the host takes a report, and from one look at that to the next. */
const TRY_TIME = 0.5;
const LOOK_INTERVAL = 0.1;

/**
 * Refuses to send keys and movements to a host that does not take them, for example because it is off or starting: the
 * device drops them without a word. It may say so wrongly: after an interruption it knows better only when it has
 * written something, so that is done before it is believed.
 */
export class HostWait {
  readonly #hid: Hid;
  readonly #waiter: StateWaiter;

  constructor(hid: Hid, waiter: StateWaiter) {
    this.#hid = hid;
    this.#waiter = waiter;
  }

  /**
   * Takes keyboard and mouse when the host listens to them. @throws UnavailableError with the code
   * `HOST_NOT_LISTENING`; what opening throws.
   */
  async live(open: () => Promise<LiveHid>, inputs: readonly HostInput[], options: HostOptions): Promise<LiveHid> {
    const live = await open();
    if (inputs.every((input) => live.isHeard(input))) return live;
    await live.close();
    for (const input of inputs) await this.inTurn(input, options, () => Promise.resolve());
    return open();
  }

  /**
   * Does work in a turn of keyboard and mouse in which the host listens. While it is waited for, others have their
   * turns.
   * @throws as `live`.
   */
  async inTurn<T>(
    input: HostInput,
    { hostTimeout = 0, signal }: HostOptions,
    work: (hid: Hid, turn: AbortSignal) => Promise<T>,
  ): Promise<T> {
    inRange("The time to wait for the host", hostTimeout, TIMEOUT);
    const end = performance.now() + hostTimeout * 1000;
    for (;;) {
      const done = await this.#hid.inTurn(
        async (hid, turn) => ((await listens(hid, input, turn)) ? { result: await work(hid, turn) } : undefined),
        { signal },
      );
      if (done) return done.result;
      const left = (end - performance.now()) / 1000;
      if (left <= 0) throw notListening(input, hostTimeout);
      await this.#listening(input, Math.min(left, TRY_INTERVAL), signal);
    }
  }

  /** Waits for a while for the device to say that the host listens; whether it does must be looked at again. */
  async #listening(input: HostInput, timeout: number, signal: AbortSignal | undefined): Promise<void> {
    const read = this.#hid.getState.bind(this.#hid);
    const options = { timeout, failure: "It does not listen yet.", signal };
    await this.#waiter
      .until("hid", read, (state) => isOnline(state, input), options)
      .catch((error: unknown) => {
        if (!(error instanceof WaitTimeoutError)) throw error;
      });
  }
}

/** Where keyboard and mouse are a chip of their own, a reset would restart it. */
function isChip({ connected, keyboard }: HidState): boolean {
  // Older devices say less.
  const outputs = keyboard.outputs as { available?: unknown[] } | undefined;
  return typeof connected === "boolean" || (outputs?.available ?? []).length > 0;
}

async function listens(hid: Hid, input: HostInput, signal: AbortSignal): Promise<boolean> {
  let state = await hid.getState({ signal });
  if (isOnline(state, input)) return true;
  if (isChip(state)) return false;
  // A report that says that no key is down, which a host that does not listen believes anyway.
  await hid.reset({ signal });
  for (let waited = 0; waited < TRY_TIME; waited += LOOK_INTERVAL) {
    await pause(LOOK_INTERVAL, signal);
    state = await hid.getState({ signal });
    if (isOnline(state, input)) return true;
  }
  return false;
}

function notListening(input: HostInput, waited: number): UnavailableError {
  const time = waited > 0 ? ` (waited ${waited} s)` : "";
  const message =
    `The host does not listen to the ${input}: it may be off, asleep or starting, or its USB cable is not plugged in.` +
    ` Nothing was sent${time}.`;
  return new UnavailableError(message, { statusCode: 0 }, { code: "HOST_NOT_LISTENING" });
}
