import type { Atx, PressOptions } from "./atx";
import { whileBusy } from "./commands";
import { pause } from "./deadline";
import { WaitTimeoutError } from "./errors";
import { Lane } from "./lane";
import type { AtxState } from "./states";
import type { CallOptions } from "./transport";
import type { StateWaiter } from "./wait";

/** When a power action counts as done: the device took it on; the press is over; the power LED shows the result. */
export type PowerWait = "accepted" | "finished" | "led";

export interface PowerOptions extends CallOptions {
  /** Default `finished`. */
  wait?: PowerWait;
  /** Seconds for the LED to show the result. Default 30. */
  timeout?: number;
  /** Seconds to try again while a button is being pressed already. Default 0. */
  busyRetry?: number;
}

export interface PowerOffOptions extends PowerOptions {
  /** Seconds after which the power button is held when a short press did not switch off; 0 = never. Default 0. */
  hardAfter?: number;
}

export interface PowerResult {
  /** Whether a button was really pressed. */
  pressed: boolean;
  /** LEDs afterwards; null when they could not be read any more. */
  state: AtxState | null;
}

type Press = (options: PressOptions) => Promise<void>;
type LedCondition = (state: AtxState, before: AtxState) => boolean;

interface Step {
  press: Press;
  /** Looked at first: when it does not hold, nothing is pressed. */
  needed: LedCondition;
  /** What the LED shows when it worked. */
  reached: LedCondition;
  /** The same in words, for the error when it does not come true. */
  expected: string;
  /** Whether the press changes the LED. Default true. */
  changesLed?: boolean;
}

/** Seconds in which the power LED follows a press. Within them "off" may just mean "not yet on", and a second press would undo the first. */
const SETTLE_TIME = 5;
const SETTLE_INTERVAL = 0.25;

const isOn: LedCondition = (state) => state.leds.power;
const isOff: LedCondition = (state) => !state.leds.power;
const hasChanged: LedCondition = (state, before) => state.leds.power !== before.leds.power;
const always: LedCondition = () => true;

/** Power actions with a known end: they look first, press at most once, and wait as long as asked. */
export class Power {
  readonly #atx: Atx;
  readonly #waiter: StateWaiter;
  /** To look and to press is one step: nobody of ours presses in between. */
  readonly #lane = new Lane("the power button");
  /** The last press that the LED may not have followed yet, by us or by somebody else. */
  #recent: { at: number; led: boolean } | undefined;

  constructor(atx: Atx, waiter: StateWaiter) {
    this.#atx = atx;
    this.#waiter = waiter;
  }

  /** LEDs and what is being pressed. */
  getState(options: CallOptions = {}): Promise<AtxState> {
    return this.#atx.getState(options);
  }

  /** Presses the power button if the computer is off. */
  on(options: PowerOptions = {}): Promise<PowerResult> {
    return this.#take(
      { press: (how) => this.#atx.powerOn(how), needed: isOff, reached: isOn, expected: "on" },
      options,
    );
  }

  /** Presses the power button shortly if the computer is on; its operating system decides what happens. */
  off(options: PowerOptions = {}): Promise<PowerResult> {
    return this.#take(
      { press: (how) => this.#atx.powerOff(how), needed: isOn, reached: isOff, expected: "off" },
      options,
    );
  }

  /** Holds the power button if the computer is on. */
  offHard(options: PowerOptions = {}): Promise<PowerResult> {
    return this.#take(
      { press: (how) => this.#atx.powerOffHard(how), needed: isOn, reached: isOff, expected: "off" },
      options,
    );
  }

  /** Presses reset if the computer is on. The LED stays on; waiting for it makes sure that it does. */
  resetHard(options: PowerOptions = {}): Promise<PowerResult> {
    const press: Press = (how) => this.#atx.resetHard(how);
    return this.#take({ press, needed: isOn, reached: isOn, expected: "on", changesLed: false }, options);
  }

  /** A short press of the power button, whatever the LED says. Waiting for the LED waits until it changes. */
  click(options: PowerOptions = {}): Promise<PowerResult> {
    const press: Press = (how) => this.#atx.clickPower(how);
    return this.#take({ press, needed: always, reached: hasChanged, expected: "another than before" }, options);
  }

  /** A long press of the power button, whatever the LED says. Waiting for the LED waits until it changes. */
  clickLong(options: PowerOptions = {}): Promise<PowerResult> {
    const press: Press = (how) => this.#atx.clickPowerLong(how);
    return this.#take({ press, needed: always, reached: hasChanged, expected: "another than before" }, options);
  }

  /** A press of the reset button, whatever the LED says. Waiting for the LED waits until it is on. */
  clickReset(options: PowerOptions = {}): Promise<PowerResult> {
    const press: Press = (how) => this.#atx.clickReset(how);
    return this.#take({ press, needed: always, reached: isOn, expected: "on", changesLed: false }, options);
  }

  /** On, confirmed by the LED; presses nothing when it is on already. */
  ensureOn(options: PowerOptions = {}): Promise<PowerResult> {
    return this.on({ ...options, wait: "led" });
  }

  /** Off, confirmed by the LED: a short press and, where asked, a long one when that did not help in time. */
  async ensureOff({ hardAfter = 0, ...options }: PowerOffOptions = {}): Promise<PowerResult> {
    if (hardAfter === 0) return this.off({ ...options, wait: "led" });
    try {
      return await this.off({ ...options, wait: "led", timeout: hardAfter });
    } catch (error) {
      if (!(error instanceof WaitTimeoutError)) throw error;
    }
    const { state } = await this.offHard({ ...options, wait: "led" });
    return { pressed: true, state };
  }

  /** On if the computer is off, reset if it is on. */
  async powerOrReset(options: PowerOptions = {}): Promise<PowerResult> {
    const { leds } = await this.#settled(options);
    return leds.power ? this.resetHard(options) : this.on(options);
  }

  /**
   * Off, a pause, and on again, confirmed by the LED. A computer that is off is just switched on.
   * @param options.offTime seconds between off and on; default 5.
   */
  async cycle({ offTime = 5, ...options }: PowerOffOptions & { offTime?: number } = {}): Promise<PowerResult> {
    const off = await this.ensureOff(options);
    if (off.pressed) await pause(offTime, options.signal);
    const on = await this.ensureOn(options);
    return { pressed: off.pressed || on.pressed, state: on.state };
  }

  async #take(step: Step, options: PowerOptions): Promise<PowerResult> {
    const { pressed, before } = await this.#lane.run(
      () => whileBusy(() => this.#pressOnce(step, options), options),
      options.signal,
    );
    if (options.wait !== "led") return { pressed, state: await this.#stateAfter(options.signal) };
    const state = await this.#waiter.until(
      "atx",
      () => this.#atx.getState({ signal: options.signal }),
      (now) => (pressed ? step.reached(now, before) : true),
      {
        signal: options.signal,
        timeout: options.timeout ?? 30,
        failure: notConfirmed(step.expected, options.timeout ?? 30),
      },
    );
    return { pressed, state };
  }

  async #pressOnce(
    step: Step,
    { wait = "finished", signal }: PowerOptions,
  ): Promise<{ pressed: boolean; before: AtxState }> {
    const before = await this.#settled({ signal });
    // With ATX switched off on the device the LEDs mean nothing; the press then brings the device's own error.
    if (before.enabled && !step.needed(before, before)) return { pressed: false, before };
    try {
      await step.press({ wait: wait !== "accepted", signal });
    } finally {
      // Also after an error: the press may have happened, and a busy button is being pressed by somebody else.
      if (step.changesLed ?? true) this.#recent = { at: Date.now(), led: before.leds.power };
    }
    return { pressed: true, before };
  }

  /** The state once the LED has had time to follow the last press. */
  async #settled({ signal }: CallOptions): Promise<AtxState> {
    for (;;) {
      const state = await this.#atx.getState({ signal });
      const recent = this.#recent;
      if (!recent || state.leds.power !== recent.led || Date.now() - recent.at > SETTLE_TIME * 1000) return state;
      await pause(SETTLE_INTERVAL, signal);
    }
  }

  /** After a press that was carried out, a failing look must not seem to be a failing press. */
  async #stateAfter(signal: AbortSignal | undefined): Promise<AtxState | null> {
    return this.#atx.getState({ signal }).catch(() => null);
  }
}

function notConfirmed(expected: string, timeout: number): string {
  return (
    `The power LED was not ${expected} ${timeout} s after the button was pressed. ` +
    "If the computer reacted, check the LED's cable; if not, give it more time or check the button's cable."
  );
}
