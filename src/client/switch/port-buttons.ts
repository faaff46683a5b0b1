import type { PressOptions } from "../power/atx";
import type { Buttons, ButtonsState } from "../power/buttons";
import { BusyError, CancelledError, PiKVMError } from "../errors";
import { portAt, portLabel } from "./port-names";
import type { Switch } from "./switch";
import type { SwitchPort, SwitchState } from "./switch-state";
import type { CallOptions } from "../http/transport";
import type { StateWaiter } from "../events/state-waiter";
import type { AtxButton } from "../vocabulary";

type Send = (index: number, signal: AbortSignal | undefined) => Promise<void>;

/** Seconds in which a unit begins a press, and reports that it is over, generously. */
const UNIT_DELAY = 0.5;
/** Seconds of the longest press with its tail, generously. */
const LONGEST_PRESS = 30;

/**
 * The power and reset buttons behind a port of the switch, as `Atx` has those of a single computer. The device says
 * nothing of presses that it drops, and nothing when a press is over: here the state of the port is read first, and the
 * length of the press is waited for.
 */
export class PortButtons implements Buttons<ButtonsState> {
  readonly #switch: Switch;
  readonly #waiter: StateWaiter;
  readonly #index: number;
  /** When the last press is over, milliseconds since 1970: a unit takes a moment to report that it is pressing. */
  #pressedUntil = 0;

  constructor(kvmSwitch: Switch, waiter: StateWaiter, index: number) {
    this.#switch = kvmSwitch;
    this.#waiter = waiter;
    this.#index = index;
  }

  /** LEDs of this port, and whether a button is being pressed. @throws PiKVMError `NO_SWITCH` when it is gone. */
  async getState(options: CallOptions): Promise<ButtonsState> {
    return this.#read(await this.#switch.getState(options)).state;
  }

  powerOn(options: PressOptions): Promise<void> {
    return this.#press("power", (port, signal) => this.#switch.atxPower(port, "on", { signal }), options);
  }

  powerOff(options: PressOptions): Promise<void> {
    return this.#press("power", (port, signal) => this.#switch.atxPower(port, "off", { signal }), options);
  }

  powerOffHard(options: PressOptions): Promise<void> {
    return this.#press("power_long", (port, signal) => this.#switch.atxPower(port, "off_hard", { signal }), options);
  }

  resetHard(options: PressOptions): Promise<void> {
    return this.#press("reset", (port, signal) => this.#switch.atxPower(port, "reset_hard", { signal }), options);
  }

  clickPower(options: PressOptions): Promise<void> {
    return this.#click("power", options);
  }

  clickPowerLong(options: PressOptions): Promise<void> {
    return this.#click("power_long", options);
  }

  clickReset(options: PressOptions): Promise<void> {
    return this.#click("reset", options);
  }

  #click(button: AtxButton, options: PressOptions): Promise<void> {
    return this.#press(button, (port, signal) => this.#switch.atxClick(port, button, { signal }), options);
  }

  async #press(button: AtxButton, send: Send, { wait = false, signal }: PressOptions): Promise<void> {
    const { port, state } = this.#read(await this.#switch.getState({ signal }));
    if (state.busy || Date.now() < this.#pressedUntil) {
      const text = `A button of port ${portLabel(port)} is being pressed already; nothing was sent.`;
      throw new BusyError(text, { statusCode: 0 }, { code: "BUSY" });
    }
    await send(this.#index, signal);
    const seconds = port.atx.click_delays[button] + UNIT_DELAY;
    this.#pressedUntil = Date.now() + seconds * 1000;
    if (wait) await this.#released(port, seconds, signal);
  }

  async #released(port: SwitchPort, seconds: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#waiter.pause(seconds, signal);
      await this.#waiter.until("switch", (how) => this.getState(how), ({ busy }) => !busy, {
        timeout: LONGEST_PRESS,
        failure: `The button of port ${portLabel(port)} was still being pressed ${LONGEST_PRESS} s later.`,
        signal,
      }); // prettier-ignore
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      throw new CancelledError(error.message, { code: error.code, cause: error.cause, outcome: "unknown" });
    }
  }

  #read(all: SwitchState): { port: SwitchPort; state: ButtonsState } {
    const { port } = portAt(all, this.#index);
    const { busy, leds } = all.atx;
    const [isBusy, power, hdd] = [busy, leds.power, leds.hdd].map((list) => list[this.#index]);
    if (isBusy !== undefined && power !== undefined && hdd !== undefined) {
      return { port, state: { busy: isBusy, leds: { power, hdd } } };
    }
    throw new PiKVMError(`The LEDs of port ${portLabel(port)} have not been reported.`, { code: "NO_SWITCH" });
  }
}
