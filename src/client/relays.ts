import type { ChangeOptions } from "./commands";
import { ConfigurationError, PiKVMError } from "./errors";
import type { Gpio, GpioState } from "./gpio";
import { channelsOf, findChannel, type GpioChannel } from "./gpio-names";
import type { Lane } from "./lane";
import type { CallOptions } from "./transport";
import type { StateWaiter } from "./wait";

export interface RelayOptions extends ChangeOptions {
  /** Seconds for the channel to be read again, once it was written. Default 10. */
  timeout?: number;
}

export interface SwitchRelayOptions extends RelayOptions {
  /** Compare what the channel reads afterwards; commands and Wake-on-LAN always read as off. Default true. */
  verify?: boolean;
}

export interface PulseRelayOptions extends RelayOptions {
  /** Seconds; 0 = the channel's own. Default 0. */
  delay?: number;
}

/** What a channel reads, as the device tells it. */
export interface GpioReading {
  online: boolean;
  state: boolean;
  /** Outputs only, and false by then. */
  busy?: boolean;
}

/** A channel and what it reads. */
export interface ChannelReading extends GpioChannel {
  state: GpioReading;
}

/** A channel and what it reads at this moment: nothing while it is being written. */
export interface ChannelState extends GpioChannel {
  state: GpioReading | { busy: true };
}

/** Relays and inputs by their name or label, as actions that look first and verify. */
export class Relays {
  readonly #gpio: Gpio;
  readonly #waiter: StateWaiter;
  readonly #lane: Lane;

  constructor(gpio: Gpio, waiter: StateWaiter, lane: Lane) {
    this.#gpio = gpio;
    this.#waiter = waiter;
    this.#lane = lane;
  }

  /** Every channel with its label. */
  async channels({ signal }: CallOptions = {}): Promise<GpioChannel[]> {
    return channelsOf((await this.#gpio.getState({ signal })).model);
  }

  /** Every channel and what it reads at this moment. */
  async readAll({ signal }: CallOptions = {}): Promise<ChannelState[]> {
    const { model, state } = await this.#gpio.getState({ signal });
    return channelsOf(model).flatMap((channel): ChannelState[] => {
      const reading = readingOf(state, channel);
      if (!reading) return [];
      return [{ ...channel, state: reading.busy ? { busy: true } : reading }];
    });
  }

  /** What a channel reads; waits while it is being written. @throws ConfigurationError for no such channel; WaitTimeoutError. */
  async read(name: string, { timeout = TIMEOUT, signal }: RelayOptions = {}): Promise<ChannelReading> {
    const { model } = await this.#gpio.getState({ signal });
    return this.#settled(findChannel(channelsOf(model), name), timeout, signal);
  }

  /**
   * Writes a level, also when it is that already, and reads it back.
   * @throws ConfigurationError for no such output, or one that cannot be switched; PiKVMError with the code `NOT_VERIFIED` when it reads
   * otherwise afterwards; BusyError while it is being written; WaitTimeoutError.
   */
  async switch(name: string, on: boolean, options: SwitchRelayOptions = {}): Promise<ChannelReading> {
    return this.#lane.run(async (turn) => {
      const { channel } = await this.#output(name, "switch", turn);
      return this.#write(channel, on, { ...options, signal: turn });
    }, options.signal);
  }

  /** Switches it to the other level than it reads. Waits while it is being written, since it has no reading then. As `switch` otherwise. */
  async toggle(
    name: string,
    { timeout = TIMEOUT, signal, ...options }: SwitchRelayOptions = {},
  ): Promise<ChannelReading> {
    return this.#lane.run(async (turn) => {
      const { channel } = await this.#output(name, "switch", turn);
      const { state } = await this.#settled(channel, timeout, turn);
      return this.#write(channel, !state.state, { ...options, timeout, signal: turn });
    }, signal);
  }

  /**
   * Writes true, and false after some time; resolves when it is over.
   * @throws ConfigurationError for no such output, one that cannot be pulsed, or a delay out of its limits (the device would use another);
   * BusyError while it is being written; WaitTimeoutError.
   */
  async pulse(
    name: string,
    { delay = 0, timeout = TIMEOUT, signal, busyRetry }: PulseRelayOptions = {},
  ): Promise<ChannelReading> {
    return this.#lane.run(async (turn) => {
      const { channel, scheme } = await this.#output(name, "pulse", turn);
      const { min_delay: min, max_delay: max } = scheme.pulse;
      if (delay !== 0 && !(delay >= min && delay <= max)) {
        const limits = min === max ? `only ${min} s` : `${min} to ${max} s`;
        throw new ConfigurationError(
          `${channel.channel} cannot be pulsed for ${delay} s: ${limits}, or 0 for its own.`,
        );
      }
      await this.#gpio.pulse(channel.channel, { delay, wait: true, busyRetry, signal: turn });
      return this.#settled(channel, timeout, turn);
    }, signal);
  }

  async #write(channel: GpioChannel, on: boolean, options: SwitchRelayOptions): Promise<ChannelReading> {
    const { verify = true, timeout = TIMEOUT, busyRetry, signal } = options;
    await this.#gpio.switch(channel.channel, on, { wait: true, busyRetry, signal });
    const reading = await this.#settled(channel, timeout, signal);
    if (verify && reading.state.state !== on) {
      const [wanted, found] = on ? ["on", "off"] : ["off", "on"];
      const text = `${channel.channel} was switched ${wanted} but reads ${found}. If it never tells, do not verify it.`;
      throw new PiKVMError(text, { code: "NOT_VERIFIED" });
    }
    return reading;
  }

  async #output(name: string, ability: "switch" | "pulse", signal: AbortSignal) {
    const { model } = await this.#gpio.getState({ signal });
    const able = (channel: string) => {
      const scheme = model.scheme.outputs[channel];
      return ability === "switch" ? scheme?.switch === true : (scheme?.pulse.delay ?? 0) > 0;
    };
    const outputs = channelsOf(model).filter(({ kind, channel }) => kind === "output" && able(channel));
    const channel = findChannel(outputs, name);
    const scheme = model.scheme.outputs[channel.channel];
    if (!scheme) throw new ConfigurationError(`There is no output "${name}".`);
    return { channel, scheme };
  }

  /** A busy output always reads as off and online: that is no reading. */
  async #settled(channel: GpioChannel, timeout: number, signal: AbortSignal | undefined): Promise<ChannelReading> {
    const read = (options: CallOptions) => this.#gpio.getState(options);
    const failure = `The GPIO channel ${channel.channel} stayed busy.`;
    const isRead = ({ state }: GpioState) => readingOf(state, channel)?.busy !== true;
    const { state } = await this.#waiter.until("gpio", read, isRead, { timeout, failure, signal });
    const reading = readingOf(state, channel);
    if (!reading) throw new ConfigurationError(`The GPIO channel ${channel.channel} is gone.`);
    return { ...channel, state: reading };
  }
}

/** Seconds. */
const TIMEOUT = 10;

function readingOf(state: GpioState["state"], { channel, kind }: GpioChannel): GpioReading | undefined {
  return kind === "input" ? state.inputs[channel] : state.outputs[channel];
}
