import type { ButtonCall, Buttons, ButtonsState } from "./buttons";
import type { Knowledge } from "./knowledge";
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

type LedCondition = (state: ButtonsState) => boolean;

interface Step {
  press: ButtonCall;
  /** Pressed later if this one does not help; it must be possible, too. */
  later?: ButtonCall;
  /** Checked first: when it does not hold, nothing is pressed. */
  needed: LedCondition;
  /** When it holds, the press is right even if the LED has not followed an earlier press yet. */
  certain: LedCondition;
  /** Whether the LED is lit when it worked. */
  target: LedCondition;
  /** The same in words, for the error when it does not. */
  expected: string;
  /** Whether the press changes the LED. */
  changesLed: boolean;
}

/** A press that the LED may not have followed yet, by us or by somebody else. */
interface RecentPress {
  at: number;
  /** The LED before it, where it was known. */
  led: boolean | undefined;
  /** Somebody waits for the LED to follow it. */
  watched: boolean;
}

/** Seconds from one look to the next. */
const SETTLE_INTERVAL = 0.25;
const LED_TIMEOUT = 30;

const isOn: LedCondition = (state) => state.leds.power;
const isOff: LedCondition = (state) => !state.leds.power;
const always: LedCondition = () => true;
const never: LedCondition = () => false;

const SWITCH_ON = { needed: isOff, certain: never, target: always, expected: "on", changesLed: true };
const SWITCH_OFF = { needed: isOn, certain: never, target: never, expected: "off", changesLed: true };
const FORCE_OFF = { ...SWITCH_OFF, certain: isOn };
const RESET = { needed: isOn, certain: isOn, target: always, expected: "on", changesLed: false };
const CLICK = {
  needed: always,
  certain: always,
  target: isOff,
  expected: "another than before",
  changesLed: true,
};
const CLICK_RESET = { ...RESET, needed: always, certain: always };

/**
 * Power actions with a known end: they read the LED first, press at most once, and wait as long as they are asked to.
 */
export class Power<S extends ButtonsState = AtxState> {
  readonly #buttons: Buttons<S>;
  readonly #knowledge: Knowledge<S>;
  readonly #waiter: StateWaiter;
  /** Reading the LED and pressing is one step in it, so that no other call of ours presses in between. */
  readonly #lane: Lane;
  #recent: RecentPress | undefined;

  constructor(buttons: Buttons<S>, knowledge: Knowledge<S>, waiter: StateWaiter, lane: Lane) {
    this.#buttons = buttons;
    this.#knowledge = knowledge;
    this.#waiter = waiter;
    this.#lane = lane;
  }

  /** LEDs and what is being pressed. Nothing is sent to the computer for it. */
  getState({ signal }: CallOptions = {}): Promise<S> {
    return this.#during(signal, () => this.#believed(signal, false));
  }

  /** Presses the power button if the computer is off. */
  on(options: PowerOptions = {}): Promise<PowerResult<S>> {
    return this.#take({ ...SWITCH_ON, press: "powerOn" }, options);
  }

  /** Presses the power button shortly if the computer is on; its operating system decides what happens. */
  off(options: PowerOptions = {}): Promise<PowerResult<S>> {
    return this.#take({ ...SWITCH_OFF, press: "powerOff" }, options);
  }

  /** Holds the power button if the computer is on. */
  offHard(options: PowerOptions = {}): Promise<PowerResult<S>> {
    return this.#take({ ...FORCE_OFF, press: "powerOffHard" }, options);
  }

  /** Presses reset if the computer is on. The LED stays on; waiting for it makes sure that it does. */
  resetHard(options: PowerOptions = {}): Promise<PowerResult<S>> {
    return this.#take({ ...RESET, press: "resetHard" }, options);
  }

  /** A short press of the power button, whatever the LED says. Waiting for the LED waits until it changes. */
  click(options: PowerOptions = {}): Promise<PowerResult<S>> {
    return this.#take({ ...CLICK, press: "clickPower" }, options);
  }

  /** A long press of the power button, whatever the LED says. Waiting for the LED waits until it changes. */
  clickLong(options: PowerOptions = {}): Promise<PowerResult<S>> {
    return this.#take({ ...CLICK, press: "clickPowerLong" }, options);
  }

  /** A press of the reset button, whatever the LED says. Waiting for the LED waits until it is on. */
  clickReset(options: PowerOptions = {}): Promise<PowerResult<S>> {
    return this.#take({ ...CLICK_RESET, press: "clickReset" }, options);
  }

  /** On, confirmed by the LED; presses nothing when it is on already. */
  ensureOn(options: PowerOptions = {}): Promise<PowerResult<S>> {
    return this.on({ ...options, wait: "led" });
  }

  /** Off, confirmed by the LED: a short press and, where asked, a long one when that did not help in time. */
  async ensureOff({ hardAfter = 0, ...options }: PowerOffOptions = {}): Promise<PowerResult<S>> {
    if (hardAfter === 0) return this.off({ ...options, wait: "led" });
    try {
      const step: Step = { ...SWITCH_OFF, press: "powerOff", later: "powerOffHard" };
      return await this.#take(step, { ...options, wait: "led", timeout: hardAfter });
    } catch (error) {
      if (!(error instanceof WaitTimeoutError)) throw error;
    }
    const { state } = await this.offHard({ ...options, wait: "led" });
    return { pressed: true, state };
  }

  /** On if the computer is off, reset if it is on. */
  async powerOrReset(options: PowerOptions = {}): Promise<PowerResult<S>> {
    const { signal } = options;
    const { leds } = await this.#during(signal, () => this.#settled(never, signal));
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

  #take(step: Step, options: PowerOptions): Promise<PowerResult<S>> {
    const work = () => this.#pressAndWait(step, options);
    return mustKnow(step, options) ? this.#during(options.signal, work) : work();
  }

  async #pressAndWait(step: Step, options: PowerOptions): Promise<PowerResult<S>> {
    const { before, press } = await this.#lane.run(
      (signal) => whileBusy(() => this.#pressOnce(step, options, signal), { ...options, signal }),
      options.signal,
    );
    if (!press) return { pressed: false, state: before ?? null };
    const isWatched = options.wait === "led" && before !== undefined;
    const state = isWatched ? this.#watch(step, press, before, options) : this.#stateAfter(options.signal);
    return { pressed: true, state: await state };
  }

  /** @returns no press when none was needed; nothing of before where it says nothing, and need not. */
  async #pressOnce(
    step: Step,
    options: PowerOptions,
    signal: AbortSignal,
  ): Promise<{ before: S | undefined; press?: RecentPress }> {
    const { wait = "finished" } = options;
    const before = mustKnow(step, options)
      ? await this.#settled(step.certain, signal)
      : await this.#knowledge.glance({ signal });
    if (before && this.#knowledge.isMeant(before) && !step.needed(before)) return { before };
    if (step.later) await this.#buttons.check?.(step.later, { signal });
    const press: RecentPress = { at: Date.now(), led: before?.leds.power, watched: false };
    try {
      await this.#buttons[step.press]({ wait: wait !== "accepted", signal });
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
    const { signal } = options;
    const { kind } = this.#knowledge;
    const target = step.target(before);
    const holdFor = target ? 0 : this.#knowledge.offAfter;
    // The time is for the computer; what it takes to believe it comes on top.
    const timeout = (options.timeout ?? LED_TIMEOUT) + holdFor;
    const read = async (how: CallOptions) => {
      const state = await this.#look(how);
      if (target && !state.leds.power) await this.#knowledge.nudge?.(how);
      return state;
    };
    try {
      return await this.#waiter.until(kind, read, ({ leds }) => leds.power === target, {
        ...{ signal, timeout, holdFor },
        failure: this.#knowledge.notConfirmed(step.expected, timeout),
      });
    } finally {
      press.watched = false;
    }
  }

  /** The state once the LED has had time to follow the last press, unless the next one is certain before. */
  async #settled(certain: LedCondition, signal: AbortSignal | undefined): Promise<S> {
    for (;;) {
      const state = await this.#believed(signal, true);
      const recent = this.#recent;
      const isNew = recent && (recent.watched || Date.now() - recent.at < this.#knowledge.settleTime * 1000);
      const mayFollow = isNew && (recent.led ?? state.leds.power) === state.leds.power;
      if (!mayFollow || certain(state)) return state;
      await this.#waiter.pause(SETTLE_INTERVAL, signal);
    }
  }

  /**
   * What is believed of the computer: off only when it looked so for as long as it takes.
   * @param mayNudge whether something may be sent to find out.
   */
  async #believed(signal: AbortSignal | undefined, mayNudge: boolean): Promise<S> {
    const { offAfter } = this.#knowledge;
    let since: number | undefined;
    for (;;) {
      const state = await this.#look({ signal });
      if (state.leds.power || offAfter === 0) return state;
      if (since !== undefined && performance.now() - since >= offAfter * 1000) return state;
      if (mayNudge) await this.#knowledge.nudge?.({ signal });
      // However slow the first look was, there is another one.
      since ??= performance.now();
      await this.#waiter.pause(SETTLE_INTERVAL, signal);
    }
  }

  #look(how: CallOptions): Promise<S> {
    return this.#waiter.surely(() => this.#knowledge.look(how), how.signal);
  }

  #during<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    return this.#knowledge.during ? this.#knowledge.during(work, { signal }) : work();
  }

  /** The LEDs after a press. When they cannot be read, the press was carried out all the same: that is no error. */
  async #stateAfter(signal: AbortSignal | undefined): Promise<S | null> {
    return (await this.#knowledge.glance({ signal }).catch(() => undefined)) ?? null;
  }
}

/** Whether a press depends on the LED, before it or after it. */
const mustKnow = ({ needed }: Step, { wait }: PowerOptions): boolean => needed !== always || wait === "led";
