import type { ChangeOptions } from "../http/commands";
import {
  APIError,
  ConfigurationError,
  ConnectionTimeoutError,
  PiKVMError,
  UnavailableError,
  WaitTimeoutError,
  withNote,
} from "../errors";
import type { Gpio, GpioState } from "./gpio";
import { channelLabel, channelsOf, type GpioChannel } from "./gpio-names";
import { findOutput, findReadable, type Ability, type Output } from "./outputs";
import type { Lane } from "../lanes/lane";
import type { Lanes } from "../lanes/lanes";
import type { CallOptions } from "../http/transport";
import type { StateWaiter } from "../events/state-waiter";

export interface RelayOptions extends ChangeOptions {
  /** Seconds for a write to be over, a pulse's length not counted, and then for the channel to be read. Default 10. */
  timeout?: number;
}

export interface SwitchRelayOptions extends RelayOptions {
  /**
   * Check afterwards that the channel reads what was written. Commands and Wake-on-LAN always read as off. Default
   * true.
   */
  verify?: boolean;
}

export interface PulseRelayOptions extends RelayOptions {
  /** Seconds; 0 = the channel's own. Default 0. */
  delay?: number;
}

/** What a channel reads, as the device reports it. */
export interface GpioReading {
  online: boolean;
  state: boolean;
  /** Only for outputs, and false: while an output is being written it has no reading. */
  busy?: boolean;
}

/** A channel and what it reads. */
export interface ChannelReading extends GpioChannel {
  state: GpioReading;
}

/** A channel and what it reads at this moment; while it is being written it has no reading. */
export interface ChannelState extends GpioChannel {
  state: GpioReading | { busy: true };
}

/** The lanes in which calls wait for their turn. */
interface Queues {
  /** In which each call finds its channel by name, so that calls reach their channels in their order. */
  finding: Lane;
  /** In which a channel is written, one for each. */
  writing: Lanes;
}

/**
 * Relays and inputs by their name or label, as actions that check the channel first and verify what they did. The calls
 * for one channel keep their order; no channel waits for another.
 */
export class Relays {
  readonly #gpio: Gpio;
  readonly #waiter: StateWaiter;
  readonly #queues: Queues;

  constructor(gpio: Gpio, waiter: StateWaiter, queues: Queues) {
    this.#gpio = gpio;
    this.#waiter = waiter;
    this.#queues = queues;
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

  /**
   * What a channel reads; waits while it is being written.
   * @throws ConfigurationError for no such channel; WaitTimeoutError.
   */
  async read(name: string, { timeout = TIMEOUT, signal }: RelayOptions = {}): Promise<ChannelReading> {
    const { model } = await this.#gpio.getState({ signal });
    return this.#settled(findReadable(model, name), timeout, signal);
  }

  /**
   * Switches an output on or off, also when it is so already, and reads it back.
   * @throws ConfigurationError for no such output, or one that cannot be switched; PiKVMError with the code
   * `NOT_VERIFIED` when it reads otherwise afterwards; BusyError while it is being written; WaitTimeoutError, whose
   * `outcome` is unknown when the write was not over.
   */
  switch(name: string, on: boolean, options: SwitchRelayOptions = {}): Promise<ChannelReading> {
    return this.#inTurn(name, "switch", options, ({ channel }, turn) =>
      this.#write(channel, on, { ...options, signal: turn }),
    );
  }

  /**
   * Switches an output on when it reads off, and off when it reads on. Waits while it is being written, since it has no
   * reading then.
   * @throws as `switch`; UnavailableError `GPIO_OFFLINE` when it cannot be read: nothing was sent.
   */
  toggle(name: string, options: SwitchRelayOptions = {}): Promise<ChannelReading> {
    return this.#inTurn(name, "switch", options, async ({ channel }, turn) => {
      const { state } = await this.#settled(channel, options.timeout, turn);
      if (!state.online) throw offline(channel);
      return this.#write(channel, !state.state, { ...options, signal: turn });
    });
  }

  /**
   * Switches an output on, and off after some time; resolves when that is over.
   * @throws ConfigurationError for no such output, one that cannot be pulsed, or a delay out of its limits (the device
   * would use another); BusyError while it is being written; WaitTimeoutError as for `switch`.
   */
  pulse(name: string, options: PulseRelayOptions = {}): Promise<ChannelReading> {
    const { delay = 0, timeout = TIMEOUT, busyRetry } = options;
    return this.#inTurn(name, "pulse", options, async ({ channel, scheme }, turn) => {
      const { delay: own, min_delay: min, max_delay: max } = scheme.pulse;
      if (delay !== 0 && !(delay >= min && delay <= max)) {
        const limits = min === max ? `only ${min} s` : `${min} to ${max} s`;
        throw new ConfigurationError(
          `${channel.channel} cannot be pulsed for ${delay} s: ${limits}, or 0 for its own.`,
        );
      }
      const limit = timeout + (delay || own);
      await inTime(channel, limit, (limited) =>
        this.#gpio.pulse(channel.channel, { ...limited, delay, busyRetry, signal: turn }),
      );
      return this.#settled(channel, timeout, turn);
    });
  }

  async #write(channel: GpioChannel, on: boolean, options: SwitchRelayOptions): Promise<ChannelReading> {
    const { verify = true, timeout = TIMEOUT, busyRetry, signal } = options;
    await inTime(channel, timeout, (limited) =>
      this.#gpio.switch(channel.channel, on, { ...limited, busyRetry, signal }),
    );
    const reading = await this.#settled(channel, timeout, signal);
    const { online, state } = reading.state;
    if (verify && (!online || state !== on)) {
      const [wanted, other] = on ? ["on", "off"] : ["off", "on"];
      const found = online ? `reads ${other}` : "cannot be read: what is behind it does not answer any more";
      const text = `${channel.channel} was switched ${wanted} but ${found}. If it never tells, do not verify it.`;
      throw new PiKVMError(text, { code: "NOT_VERIFIED" });
    }
    return reading;
  }

  /** Finds the output, and works with it when its turn has come. */
  async #inTurn<T>(
    name: string,
    ability: Ability,
    { signal }: CallOptions,
    work: (output: Output, turn: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { finding, writing } = this.#queues;
    const { working } = await finding.run(async (turn) => {
      const { model } = await this.#gpio.getState({ signal: turn });
      const output = findOutput(model, name, ability);
      // In an object, so that the lane does not wait for it: the next call may find its channel meanwhile.
      return { working: writing.of(output.channel.channel).run((turn) => work(output, turn), signal) };
    }, signal);
    return working;
  }

  /**
   * The reading of a channel when it is not being written: the device reports a busy output as off and online, whatever
   * it is.
   */
  async #settled(channel: GpioChannel, timeout = TIMEOUT, signal: AbortSignal | undefined): Promise<ChannelReading> {
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

/** What an offline channel reads says nothing. */
function offline(channel: GpioChannel): UnavailableError {
  const text = `${channelLabel(channel)} cannot be read: what is behind it does not answer. Nothing was sent.`;
  return new UnavailableError(text, { statusCode: 0 }, { code: "GPIO_OFFLINE" });
}

/** Writes a channel and waits until that is over. @throws WaitTimeoutError when it is not over in time. */
async function inTime(
  channel: GpioChannel,
  seconds: number,
  write: (limited: { wait: true; timeout: number }) => Promise<void>,
): Promise<void> {
  try {
    await write({ wait: true, timeout: seconds });
  } catch (error) {
    // The device names what does not answer, and not what was to be switched with it.
    if (error instanceof APIError && error.error === "GpioDriverOfflineError") {
      throw withNote(error, `it is behind the channel ${channelLabel(channel)}`);
    }
    const isLate = error instanceof ConnectionTimeoutError && error.outcome === "unknown";
    if (!isLate) throw error;
    const message = `Writing the GPIO channel ${channel.channel} was not over within ${seconds} s.`;
    throw new WaitTimeoutError(message, { outcome: "unknown", cause: error });
  }
}

function readingOf(state: GpioState["state"], { channel, kind }: GpioChannel): GpioReading | undefined {
  return kind === "input" ? state.inputs[channel] : state.outputs[channel];
}
