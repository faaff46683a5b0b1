import type { ChangeOptions } from "../http/commands";
import { ConfigurationError, ConnectionTimeoutError, PiKVMError, WaitTimeoutError } from "../errors";
import type { Gpio, GpioOutputScheme, GpioState } from "./gpio";
import { channelsOf, findChannel, type GpioChannel } from "./gpio-names";
import type { Lane } from "../lanes/lane";
import type { Lanes } from "../lanes/lanes";
import type { CallOptions } from "../http/transport";
import type { StateWaiter } from "../events/wait";

export interface RelayOptions extends ChangeOptions {
  /** Seconds for a write to be over, a pulse's length not counted, and then for the channel to be read. Default 10. */
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

/** An output that was asked for. */
interface Output {
  channel: GpioChannel;
  scheme: GpioOutputScheme;
}

/** Who must wait for whom. */
interface Queues {
  /** For the name to be looked up, so that the order is that of the calls. */
  finding: Lane;
  /** By channel. */
  writing: Lanes;
}

/**
 * Relays and inputs by their name or label, as actions that look first and verify. What is asked of one channel keeps its order; no
 * channel waits for another.
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

  /** What a channel reads; waits while it is being written. @throws ConfigurationError for no such channel; WaitTimeoutError. */
  async read(name: string, { timeout = TIMEOUT, signal }: RelayOptions = {}): Promise<ChannelReading> {
    const { model } = await this.#gpio.getState({ signal });
    return this.#settled(findChannel(channelsOf(model), name), timeout, signal);
  }

  /**
   * Writes a level, also when it is that already, and reads it back.
   * @throws ConfigurationError for no such output, or one that cannot be switched; PiKVMError with the code `NOT_VERIFIED` when it reads
   * otherwise afterwards; BusyError while it is being written; WaitTimeoutError, whose `outcome` is unknown when the write was not over.
   */
  switch(name: string, on: boolean, options: SwitchRelayOptions = {}): Promise<ChannelReading> {
    return this.#inTurn(name, "switch", options, ({ channel }, turn) =>
      this.#write(channel, on, { ...options, signal: turn }),
    );
  }

  /** Switches it to the other level than it reads. Waits while it is being written, since it has no reading then. As `switch` otherwise. */
  toggle(name: string, options: SwitchRelayOptions = {}): Promise<ChannelReading> {
    return this.#inTurn(name, "switch", options, async ({ channel }, turn) => {
      const { state } = await this.#settled(channel, options.timeout, turn);
      return this.#write(channel, !state.state, { ...options, signal: turn });
    });
  }

  /**
   * Writes true, and false after some time; resolves when it is over.
   * @throws ConfigurationError for no such output, one that cannot be pulsed, or a delay out of its limits (the device would use another);
   * BusyError while it is being written; WaitTimeoutError as for `switch`.
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
    if (verify && reading.state.state !== on) {
      const [wanted, found] = on ? ["on", "off"] : ["off", "on"];
      const text = `${channel.channel} was switched ${wanted} but reads ${found}. If it never tells, do not verify it.`;
      throw new PiKVMError(text, { code: "NOT_VERIFIED" });
    }
    return reading;
  }

  /** Looks for the output, and works with it when it is its turn. */
  async #inTurn<T>(
    name: string,
    ability: Ability,
    { signal }: CallOptions,
    work: (output: Output, turn: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { finding, writing } = this.#queues;
    const { working } = await finding.run(async (turn) => {
      const output = await this.#output(name, ability, turn);
      // Wrapped, so that the next one is looked for meanwhile.
      return { working: writing.of(output.channel.channel).run((turn) => work(output, turn), signal) };
    }, signal);
    return working;
  }

  async #output(name: string, ability: Ability, signal: AbortSignal): Promise<Output> {
    const { model } = await this.#gpio.getState({ signal });
    const can = ({ kind, channel }: GpioChannel) => {
      const scheme = kind === "output" ? model.scheme.outputs[channel] : undefined;
      return ability === "switch" ? scheme?.switch === true : (scheme?.pulse.delay ?? 0) > 0;
    };
    const channel = findChannel(channelsOf(model), name, can);
    const scheme = model.scheme.outputs[channel.channel];
    if (!scheme) throw new ConfigurationError(`There is no output "${name}".`);
    return { channel, scheme };
  }

  /** A busy output always reads as off and online: that is no reading. */
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

type Ability = "switch" | "pulse";

/** Seconds. */
const TIMEOUT = 10;

/** Writes, and waits until that is over. @throws WaitTimeoutError when it is not over in time. */
async function inTime(
  { channel }: GpioChannel,
  seconds: number,
  write: (limited: { wait: true; timeout: number }) => Promise<void>,
): Promise<void> {
  try {
    await write({ wait: true, timeout: seconds });
  } catch (error) {
    const isLate = error instanceof ConnectionTimeoutError && error.outcome === "unknown";
    if (!isLate) throw error;
    const message = `Writing the GPIO channel ${channel} was not over within ${seconds} s.`;
    throw new WaitTimeoutError(message, { outcome: "unknown", cause: error });
  }
}

function readingOf(state: GpioState["state"], { channel, kind }: GpioChannel): GpioReading | undefined {
  return kind === "input" ? state.inputs[channel] : state.outputs[channel];
}
