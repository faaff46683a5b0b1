import type { Buttons, ButtonsState, Press } from "./buttons";
import { whileBusy } from "../http/retry";
import { BusyError, PiKVMError, WaitTimeoutError } from "../errors";
import type { Lane } from "../lanes/lane";
import type { AtxState } from "../events/states";
import type { CallOptions } from "../http/transport";
import type { StateWaiter } from "../events/state-waiter";
import type { PowerWait } from "../vocabulary";

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

export interface PowerResult<S extends ButtonsState = AtxState> {
  /** Whether a button was really pressed. */
  pressed: boolean;
  /** LEDs afterwards; null when they could not be read any more. */
  state: S | null;
}

type LedCondition = (state: ButtonsState, before: ButtonsState) => boolean;

interface Step {
  press: Press;
  /** Checked first: when it does not hold, nothing is pressed. */
  needed: LedCondition;
  /** When it holds, the press is right even if the LED has not followed an earlier press yet. */
  certain: LedCondition;
  /** What the LED shows when it worked. */
  reached: LedCondition;
  /** The same in words, for the error when it does not come true. */
  expected: string;
  /** Whether the press changes the LED. */
  changesLed: boolean;
}

/** A press that the LED may not have followed yet, by us or by somebody else. */
interface RecentPress {
  at: number;
  /** The LED before it. */
  led: boolean;
  /** Somebody waits for the LED to follow it. */
  watched: boolean;
}

/**
 * Seconds in which the power LED follows a press. Within them "off" may just mean "not yet on", and a second press
 * would undo the first.
 */
const SETTLE_TIME = 5;
const SETTLE_INTERVAL = 0.25;
const LED_TIMEOUT = 30;

const isOn: LedCondition = (state) => state.leds.power;
const isOff: LedCondition = (state) => !state.leds.power;
const hasChanged: LedCondition = (state, before) => state.leds.power !== before.leds.power;
const always: LedCondition = () => true;
const never: LedCondition = () => false;

const SWITCH_ON = { needed: isOff, certain: never, reached: isOn, expected: "on", changesLed: true };
const SWITCH_OFF = { needed: isOn, certain: never, reached: isOff, expected: "off", changesLed: true };
const FORCE_OFF = { ...SWITCH_OFF, certain: isOn };
const RESET = { needed: isOn, certain: isOn, reached: isOn, expected: "on", changesLed: false };
const CLICK = {
  needed: always,
  certain: always,
  reached: hasChanged,
  expected: "another than before",
  changesLed: true,
};
const CLICK_RESET = { ...RESET, needed: always, certain: always };

/**
 * Power actions with a known end: they read the LED first, press at most once, and wait as long as they are asked to.
 */
export class Power<S extends ButtonsState = AtxState> {
  readonly #buttons: Buttons<S>;
  readonly #kind: string;
  readonly #waiter: StateWaiter;
  /** Reading the LED and pressing is one step in it, so that no other call of ours presses in between. */
  readonly #lane: Lane;
  #recent: RecentPress | undefined;

  /** @param kind of state in which the device reports them. */
  constructor(buttons: Buttons<S>, kind: string, waiter: StateWaiter, lane: Lane) {
    this.#buttons = buttons;
    this.#kind = kind;
    this.#waiter = waiter;
    this.#lane = lane;
  }

  /** LEDs and what is being pressed. */
  getState(options: CallOptions = {}): Promise<S> {
    return this.#buttons.getState(options);
  }

  /** Presses the power button if the computer is off. */
  on(options: PowerOptions = {}): Promise<PowerResult<S>> {
    return this.#take({ ...SWITCH_ON, press: (how) => this.#buttons.powerOn(how) }, options);
  }

  /** Presses the power button shortly if the computer is on; its operating system decides what happens. */
  off(options: PowerOptions = {}): Promise<PowerResult<S>> {
    return this.#take({ ...SWITCH_OFF, press: (how) => this.#buttons.powerOff(how) }, options);
  }

  /** Holds the power button if the computer is on. */
  offHard(options: PowerOptions = {}): Promise<PowerResult<S>> {
    return this.#take({ ...FORCE_OFF, press: (how) => this.#buttons.powerOffHard(how) }, options);
  }

  /** Presses reset if the computer is on. The LED stays on; waiting for it makes sure that it does. */
  resetHard(options: PowerOptions = {}): Promise<PowerResult<S>> {
    return this.#take({ ...RESET, press: (how) => this.#buttons.resetHard(how) }, options);
  }

  /** A short press of the power button, whatever the LED says. Waiting for the LED waits until it changes. */
  click(options: PowerOptions = {}): Promise<PowerResult<S>> {
    return this.#take({ ...CLICK, press: (how) => this.#buttons.clickPower(how) }, options);
  }

  /** A long press of the power button, whatever the LED says. Waiting for the LED waits until it changes. */
  clickLong(options: PowerOptions = {}): Promise<PowerResult<S>> {
    return this.#take({ ...CLICK, press: (how) => this.#buttons.clickPowerLong(how) }, options);
  }

  /** A press of the reset button, whatever the LED says. Waiting for the LED waits until it is on. */
  clickReset(options: PowerOptions = {}): Promise<PowerResult<S>> {
    return this.#take({ ...CLICK_RESET, press: (how) => this.#buttons.clickReset(how) }, options);
  }

  /** On, confirmed by the LED; presses nothing when it is on already. */
  ensureOn(options: PowerOptions = {}): Promise<PowerResult<S>> {
    return this.on({ ...options, wait: "led" });
  }

  /** Off, confirmed by the LED: a short press and, where asked, a long one when that did not help in time. */
  async ensureOff({ hardAfter = 0, ...options }: PowerOffOptions = {}): Promise<PowerResult<S>> {
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
  async powerOrReset(options: PowerOptions = {}): Promise<PowerResult<S>> {
    const { leds } = await this.#settled(never, options.signal);
    return leds.power ? this.resetHard(options) : this.on(options);
  }

  /**
   * Off, a pause, and on again, confirmed by the LED. A computer that is off is just switched on.
   * @param options.offTime seconds between off and on; default 5.
   */
  async cycle({ offTime = 5, ...options }: PowerOffOptions & { offTime?: number } = {}): Promise<PowerResult<S>> {
    const off = await this.ensureOff(options);
    if (off.pressed) await this.#waiter.pause(offTime, options.signal);
    const on = await this.ensureOn(options);
    return { pressed: off.pressed || on.pressed, state: on.state };
  }

  async #take(step: Step, options: PowerOptions): Promise<PowerResult<S>> {
    const { before, press } = await this.#lane.run(
      (signal) => whileBusy(() => this.#pressOnce(step, options, signal), { ...options, signal }),
      options.signal,
    );
    if (!press) return { pressed: false, state: before };
    const state = options.wait === "led" ? this.#watch(step, press, before, options) : this.#stateAfter(options.signal);
    return { pressed: true, state: await state };
  }

  /** @returns no press when none was needed. */
  async #pressOnce(
    step: Step,
    { wait = "finished" }: PowerOptions,
    signal: AbortSignal,
  ): Promise<{ before: S; press?: RecentPress }> {
    const before = await this.#settled(step.certain, signal);
    // With ATX switched off on the device the LEDs mean nothing; the press then brings the device's own error.
    if (before.enabled !== false && !step.needed(before, before)) return { before };
    const press: RecentPress = { at: Date.now(), led: before.leds.power, watched: false };
    try {
      await step.press({ wait: wait !== "accepted", signal });
      press.at = Date.now();
      press.watched = wait === "led";
      if (step.changesLed) this.#recent = press;
    } catch (error) {
      // A busy button is being pressed by somebody else.
      const mayBePressed = error instanceof BusyError || (error instanceof PiKVMError && error.outcome === "unknown");
      if (step.changesLed && mayBePressed) this.#recent = press;
      throw error;
    }
    return { before, press };
  }

  /** Waits until the LED shows that the press worked. */
  async #watch(step: Step, press: RecentPress, before: S, options: PowerOptions): Promise<S> {
    const { signal, timeout = LED_TIMEOUT } = options;
    try {
      return await this.#waiter.until(
        this.#kind,
        (how) => this.#buttons.getState(how),
        (now) => step.reached(now, before),
        { signal, timeout, failure: notConfirmed(step.expected, timeout) },
      );
    } finally {
      press.watched = false;
    }
  }

  /** The state once the LED has had time to follow the last press, unless the next one is certain before. */
  async #settled(certain: LedCondition, signal: AbortSignal | undefined): Promise<S> {
    for (;;) {
      const state = await this.#buttons.getState({ signal });
      const recent = this.#recent;
      const mayFollow =
        recent?.led === state.leds.power && (recent.watched || Date.now() - recent.at < SETTLE_TIME * 1000);
      if (!mayFollow || certain(state, state)) return state;
      await this.#waiter.pause(SETTLE_INTERVAL, signal);
    }
  }

  /** The LEDs after a press. When they cannot be read, the press was carried out all the same: that is no error. */
  async #stateAfter(signal: AbortSignal | undefined): Promise<S | null> {
    return this.#buttons.getState({ signal }).catch(() => null);
  }
}

function notConfirmed(expected: string, timeout: number): string {
  return (
    `The power LED was not ${expected} ${timeout} s after the button was pressed. ` +
    "If the computer reacted, check the LED's cable; if not, give it more time or check the button's cable."
  );
}
