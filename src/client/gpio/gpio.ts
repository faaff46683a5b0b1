import { Commands, type ChangeOptions } from "../http/commands";
import type { Lanes } from "../lanes/lanes";
import { flag, listOf, nullOr, number, objectOf, recordOf, text, type Shape } from "../http/shape";
import { inRange } from "../ranges";
import type { CallOptions, RequestOptions, Transport } from "../http/transport";

/** What is on a channel's pin. */
export interface GpioHardware {
  driver: string;
  /** A number from very old devices. */
  pin: string | number;
}

export interface GpioOutputScheme {
  /** Whether it can be switched. */
  switch: boolean;
  /** Seconds; a `delay` of 0 is a channel that cannot be pulsed. */
  pulse: { delay: number; min_delay: number; max_delay: number };
  hw: GpioHardware;
}

/** An element of the device's own GPIO menu. */
export type GpioItem =
  | { type: "label"; text: string }
  | { type: "input"; channel: string; color: string }
  | { type: "output"; channel: string; text: string; confirm: boolean; hide?: boolean };

export interface GpioModel {
  scheme: { inputs: Record<string, { hw: GpioHardware }>; outputs: Record<string, GpioOutputScheme> };
  /** `null` is a separator. From very old devices the title is a text. */
  view: { header: { title: GpioItem[] | string }; table: (GpioItem[] | null)[] };
}

export interface GpioState {
  model: GpioModel;
  state: {
    inputs: Record<string, { online: boolean; state: boolean }>;
    /** `state` of a busy output is always false, and its `online` true: it is not read meanwhile. */
    outputs: Record<string, { online: boolean; state: boolean; busy: boolean }>;
  };
}

export interface GpioOptions extends ChangeOptions {
  /** Answer when it is over, 0.2 s after the last change, and tell a driver's failure. Default false. */
  wait?: boolean;
  /** Seconds for it to be over, with `wait`. Default: those of an ordinary answer, the length of a pulse, and 30. */
  timeout?: number | undefined;
}

export interface PulseOptions extends GpioOptions {
  /**
   * Seconds; 0 = the channel's own. The device cuts others to the channel's limits, see `GpioOutputScheme`. Default 0.
   */
  delay?: number;
}

const ITEM: Shape = (value) =>
  objectOf({ type: text })(value) && objectOf(isLabel(value as GpioItem) ? { text } : { channel: text })(value);
const isLabel = ({ type }: GpioItem): boolean => type === "label";
const READINGS = recordOf(objectOf({ online: flag, state: flag }));
const GPIO_STATE = objectOf({
  model: objectOf({
    scheme: objectOf({
      inputs: recordOf(objectOf()),
      outputs: recordOf(objectOf({ switch: flag, pulse: objectOf({ delay: number }) })),
    }),
    view: objectOf({ table: listOf(nullOr(listOf(ITEM))) }),
  }),
  state: objectOf({ inputs: READINGS, outputs: READINGS }),
});

/** Seconds that a channel's driver may take: commands and network relays. */
const DRIVER_TIME = 30;

/**
 * Relays and inputs (`/api/gpio`). What is written to one channel keeps its order; no channel waits for another.
 * Writing throws BusyError while the channel is being written, and APIError with `error` set to
 * GpioChannelNotFoundError (also for an input), GpioSwitchNotSupported, GpioPulseNotSupported, or, with `wait` only,
 * GpioDriverOfflineError.
 */
export class Gpio {
  readonly #transport: Transport;
  readonly #lanes: Lanes;

  /** @param lanes by channel. */
  constructor(transport: Transport, lanes: Lanes) {
    this.#transport = transport;
    this.#lanes = lanes;
  }

  /** Channels, the device's menu of them, and what they read. `GET /api/gpio`. */
  getState({ signal }: CallOptions = {}): Promise<GpioState> {
    return this.#transport.get("/api/gpio", { signal, shape: GPIO_STATE });
  }

  /** Writes a level; also when it is that already. `POST /api/gpio/switch`. */
  switch(channel: string, state: boolean, options: GpioOptions = {}): Promise<void> {
    const { wait = false, timeout, ...change } = options;
    const query = { channel, state, wait };
    return this.#commands(channel).post("/api/gpio/switch", { ...change, query, ...limitOf(wait, timeout, 0) });
  }

  /**
   * Writes true, and after some time false. `POST /api/gpio/pulse`.
   * @throws ConfigurationError for a delay below 0.
   */
  async pulse(channel: string, options: PulseOptions = {}): Promise<void> {
    const { delay = 0, wait = false, timeout, ...change } = options;
    const query = { channel, delay: inRange("The delay", delay, { min: 0, max: Infinity, unit: " s" }), wait };
    return this.#commands(channel).post("/api/gpio/pulse", { ...change, query, ...limitOf(wait, timeout, delay) });
  }

  #commands(channel: string): Commands {
    return new Commands(this.#transport, this.#lanes.of(channel));
  }
}

function limitOf(wait: boolean, timeout: number | undefined, delay: number): RequestOptions {
  if (!wait) return {};
  return timeout === undefined ? { extraTime: delay + DRIVER_TIME } : { timeout };
}
