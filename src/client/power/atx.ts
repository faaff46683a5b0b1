import type { ChangeOptions, Commands } from "../http/commands";
import { truePower } from "../events/atx-readings";
import { flag, objectOf } from "../http/shape";
import type { AtxState } from "../events/states";
import type { CallOptions } from "../http/transport";

export interface PressOptions extends ChangeOptions {
  /** Answer when the press is over (its length plus 1 s) instead of when it is accepted. Default false. */
  wait?: boolean;
}

const ATX_STATE = objectOf({ leds: objectOf({ power: flag }) });

/** Seconds of the longest press with its tail, generously: lengths are the device's configuration. */
const LONGEST_PRESS = 30;

/**
 * The power and reset buttons and the LEDs of the computer (`/api/atx`).
 *
 * A press is answered before the LED follows it. All presses throw BusyError while the same button is being pressed,
 * and APIError with `error: "AtxDisabledError"` when ATX is switched off on the device.
 */
export class Atx {
  readonly #commands: Commands;

  constructor(commands: Commands) {
    this.#commands = commands;
  }

  /** LEDs and what is being pressed. Device call: `GET /api/atx`. */
  async getState({ signal }: CallOptions = {}): Promise<AtxState> {
    return truePower(await this.#commands.transport.get<AtxState>("/api/atx", { signal, shape: ATX_STATE }));
  }

  /** Short press of the power button if the power LED is off; else nothing happens. `POST /api/atx/power?action=on`. */
  powerOn(options: PressOptions = {}): Promise<void> {
    return this.#press("power", { action: "on" }, options);
  }

  /**
   * Short press of the power button if the power LED is on (asks the operating system to shut down); else nothing.
   * `action=off`.
   */
  powerOff(options: PressOptions = {}): Promise<void> {
    return this.#press("power", { action: "off" }, options);
  }

  /** Long press (5.5 s) of the power button if the power LED is on; else nothing. `action=off_hard`. */
  powerOffHard(options: PressOptions = {}): Promise<void> {
    return this.#press("power", { action: "off_hard" }, options);
  }

  /** Press of the reset button if the power LED is on; else nothing. `action=reset_hard`. */
  resetHard(options: PressOptions = {}): Promise<void> {
    return this.#press("power", { action: "reset_hard" }, options);
  }

  /** Short press (0.1 s) of the power button, whatever the LED says. `POST /api/atx/click?button=power`. */
  clickPower(options: PressOptions = {}): Promise<void> {
    return this.#press("click", { button: "power" }, options);
  }

  /** Long press (5.5 s) of the power button, whatever the LED says. `button=power_long`. */
  clickPowerLong(options: PressOptions = {}): Promise<void> {
    return this.#press("click", { button: "power_long" }, options);
  }

  /** Press of the reset button, whatever the LED says. `button=reset`. */
  clickReset(options: PressOptions = {}): Promise<void> {
    return this.#press("click", { button: "reset" }, options);
  }

  #press(
    call: "power" | "click",
    query: Record<string, string>,
    { wait = false, ...options }: PressOptions,
  ): Promise<void> {
    return this.#commands.post(`/api/atx/${call}`, {
      ...options,
      query: { ...query, wait },
      extraTime: wait ? LONGEST_PRESS : 0,
    });
  }
}
