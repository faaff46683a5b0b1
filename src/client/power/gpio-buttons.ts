import { APIError, ConfigurationError, UnavailableError } from "../errors";
import type { AtxState } from "../events/states";
import type { Gpio, GpioOutputScheme } from "../gpio/gpio";
import { channelLabel, type GpioChannel } from "../gpio/gpio-names";
import { findOutput } from "../gpio/outputs";
import type { CallOptions } from "../http/transport";
import type { PressOptions } from "./atx";
import type { ButtonCall, Buttons } from "./buttons";
import type { PowerSettings } from "./settings";

/** Seconds. A computer takes a button that is held for 4 s as held; a short press must stay well below that. */
const SHORT = { usual: 0.5, longest: 2 };
const LONG = 5.5;

/** Which output a call presses, and whether for long. */
interface Kind {
  button: "power" | "reset";
  isLong: boolean;
}

const KINDS: Record<ButtonCall, Kind> = {
  powerOn: { button: "power", isLong: false },
  powerOff: { button: "power", isLong: false },
  powerOffHard: { button: "power", isLong: true },
  resetHard: { button: "reset", isLong: false },
  clickPower: { button: "power", isLong: false },
  clickPowerLong: { button: "power", isLong: true },
  clickReset: { button: "reset", isLong: false },
};

interface PressedOutput {
  channel: GpioChannel;
  /** Seconds; 0 = the output's own. */
  delay: number;
}

/**
 * The buttons of a computer at outputs of the device, one pulse for a press: no output is held by us, so that none stays
 * pressed when the connection breaks. They know nothing of LEDs, and press whatever the computer does.
 *
 * All throw ConfigurationError, with nothing pressed, for an output that is not set (`NOT_CONFIGURED`), cannot be pulsed
 * (`CANNOT_PULSE`), or not for as long (`PULSE_LENGTH`); UnavailableError `GPIO_OFFLINE` when what is behind it does not
 * answer; BusyError while it is written already.
 */
export class GpioButtons implements Buttons<AtxState> {
  readonly #gpio: Gpio;
  readonly #outputs: Record<Kind["button"], string>;

  readonly powerOn = this.#presser("powerOn");
  readonly powerOff = this.#presser("powerOff");
  readonly powerOffHard = this.#presser("powerOffHard");
  readonly resetHard = this.#presser("resetHard");
  readonly clickPower = this.#presser("clickPower");
  readonly clickPowerLong = this.#presser("clickPowerLong");
  readonly clickReset = this.#presser("clickReset");

  constructor(gpio: Gpio, { powerOutput = "", resetOutput = "" }: PowerSettings) {
    this.#gpio = gpio;
    this.#outputs = { power: powerOutput.trim(), reset: resetOutput.trim() };
  }

  /** Which of them is pressed; the LEDs mean nothing. */
  async getState(options: CallOptions): Promise<AtxState> {
    const { model, state } = await this.#gpio.getState(options);
    const isBusy = (name: string): boolean => {
      try {
        return state.outputs[findOutput(model, name, "pulse").channel.channel]?.busy === true;
      } catch {
        // What is wrong with it is told when it is to be pressed.
        return false;
      }
    };
    const acts = { power: isBusy(this.#outputs.power), reset: isBusy(this.#outputs.reset) };
    return { enabled: true, busy: acts.power || acts.reset, acts, leds: { power: false, hdd: false } };
  }

  /** @throws the error of a call that cannot be made. */
  async check(call: ButtonCall, options: CallOptions): Promise<void> {
    await this.#find(call, options);
  }

  #presser(call: ButtonCall) {
    return (options: PressOptions) => this.#press(call, options);
  }

  async #press(call: ButtonCall, { wait = false, signal, busyRetry }: PressOptions): Promise<void> {
    const { channel, delay } = await this.#find(call, { signal });
    try {
      await this.#gpio.pulse(channel.channel, { delay, wait, signal, busyRetry });
    } catch (error) {
      if (!(error instanceof APIError && error.error === "GpioDriverOfflineError")) throw error;
      // The device says the same of a button that could not be pressed, and of one that could not be let go.
      const { message, statusCode, errorMsg } = error;
      const text = `${message} (it is behind the channel ${channelLabel(channel)}; look whether that is still pressed).`;
      const details = { outcome: "unknown", code: "GPIO_OFFLINE", cause: error } as const;
      throw new APIError(text, { statusCode, error: error.error, errorMsg }, details);
    }
  }

  async #find(call: ButtonCall, { signal }: CallOptions): Promise<PressedOutput> {
    const { button, isLong } = KINDS[call];
    const name = this.#outputs[button];
    if (name === "") {
      const text = `No GPIO output for the ${button} button is set in the device's settings. Nothing was pressed.`;
      throw new ConfigurationError(text, { missing: "output" });
    }
    const { model, state } = await this.#gpio.getState({ signal });
    const { channel, scheme } = findOutput(model, name, "pulse");
    const delay = lengthOf(scheme, isLong, channelLabel(channel));
    // Without waiting, the device does not tell that a press came to nothing. A busy output shows as online.
    if (state.outputs[channel.channel]?.online === false) {
      const text = `What is behind the GPIO channel ${channelLabel(channel)} does not answer. Nothing was pressed.`;
      throw new UnavailableError(text, { statusCode: 0 }, { code: "GPIO_OFFLINE" });
    }
    return { channel, delay };
  }
}

/** @throws ConfigurationError for an output whose limits do not allow it: the device would cut it without a word. */
function lengthOf({ pulse }: GpioOutputScheme, isLong: boolean, name: string): number {
  const { delay: own, min_delay: min, max_delay: max } = pulse;
  if (isLong) {
    if (max >= LONG) return Math.max(LONG, min);
    throw wrongLength(
      `${name} can be pulsed for ${max} s at most, and to hold the power button takes ${LONG} s: ` +
        "raise the channel's `max_delay` in the device's configuration",
    );
  }
  if (own <= SHORT.longest) return 0;
  const shortest = Math.max(min, SHORT.usual);
  if (shortest <= SHORT.longest) return shortest;
  throw wrongLength(
    `${name} can only be pulsed for ${min} s and more, which holds the button instead of pressing it: ` +
      "lower the channel's `min_delay` in the device's configuration",
  );
}

const wrongLength = (text: string): ConfigurationError =>
  new ConfigurationError(`${text}. Nothing was pressed.`, { code: "PULSE_LENGTH" });
