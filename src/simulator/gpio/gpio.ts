import { isDeepStrictEqual } from "node:util";

import { ignoreStop } from "../clock";
import { KvmdError } from "../api/errors";
import {
  type Driver,
  type GpioChannels,
  type GpioModel,
  type InputOptions,
  inputScheme,
  type InputState,
  type OutputOptions,
  outputScheme,
  type OutputState,
  pulseMs,
} from "./gpio-model";
import type { Announcement, Context, KvmdRequest, Route, Subsystem } from "../api/subsystem";
import * as valid from "../api/validators";

/** How long an output stays busy after it was written. */
const BUSY_MS = 200;
const INPUT_DEBOUNCE_MS = 100;
/** How long after its start kvmd has not read its pins yet, and says that they are all off. */
const FIRST_READING_MS = 100;
const GPIO: Driver = { type: "GPIO" };

/** Relays and inputs: what is on the device's pins and behind its scripts. */
export class Gpio implements Subsystem {
  readonly #context: Context;

  /** As a V3 comes: nothing but the USB breaker. */
  model: GpioModel = {
    scheme: { inputs: {}, outputs: { __v3_usb_breaker__: outputScheme({ pin: "5" }) } },
    view: { header: { title: [{ type: "label", text: "GPIO" }] }, table: [] },
  };
  /** What is on the wires. */
  channels: GpioChannels = {
    inputs: {},
    outputs: { __v3_usb_breaker__: { online: true, state: true, busy: false } },
  };
  /** By name; a channel whose driver is not here is a pin that works. */
  readonly drivers = new Map<string, Driver>();
  /** Inputs that are wired to an output, and read what it does: by input. */
  readonly contacts = new Map<string, string>();
  /** Outputs that are in neither scheme nor state, and yet exist. */
  readonly hidden = new Set<string>();
  /** What kvmd puts on the outputs when it starts and ends; false for those that are not named. */
  readonly initial = new Map<string, boolean>([["__v3_usb_breaker__", true]]);
  /** Called for each level that is put on an output. */
  onWrite: (channel: string, state: boolean) => void = () => undefined;
  #pinsRead = true;
  #last: GpioChannels;

  constructor(context: Context) {
    this.#context = context;
    this.#last = this.#shown();
  }

  readonly routes: readonly Route[] = [
    { method: "GET", path: "/gpio", handle: () => this.state() },
    { method: "POST", path: "/gpio/switch", handle: (request) => this.#switch(request) },
    { method: "POST", path: "/gpio/pulse", handle: (request) => this.#pulse(request) },
  ];

  readonly announcements: readonly Announcement[] = [{ slot: "gpio", type: "gpio", event: () => this.state() }];

  addInput(name: string, options: InputOptions = {}): void {
    this.model.scheme.inputs[name] = inputScheme(options);
    this.channels.inputs[name] = { online: this.#works(options.driver), state: options.state ?? false };
    this.#last = this.#shown();
  }

  addOutput(name: string, options: OutputOptions = {}): void {
    this.model.scheme.outputs[name] = outputScheme(options);
    this.initial.set(name, options.state ?? false);
    this.channels.outputs[name] = { online: true, state: options.state ?? false, busy: false };
    this.#last = this.#shown();
  }

  /** Somebody changes what an input reads; kvmd believes it a moment later. */
  setInput(name: string, state: boolean): void {
    this.#context.timers.after(INPUT_DEBOUNCE_MS, () => {
      this.channels.inputs[name] = { online: true, state };
      this.#changed();
    });
  }

  /** Whether the channel's driver answers. */
  setOnline(name: string, online: boolean): void {
    const { inputs, outputs } = this.channels;
    const input = inputs[name];
    const output = outputs[name];
    if (input !== undefined) inputs[name] = { online, state: online && input.state };
    if (output !== undefined) outputs[name] = { ...output, online, state: online && output.state };
    this.#changed();
  }

  start(): void {
    this.#pinsRead = false;
    this.#context.timers.after(FIRST_READING_MS, () => {
      this.#pinsRead = true;
      this.#changed();
    });
    this.reported();
  }

  /** What is there now counts as reported. */
  reported(): void {
    this.#last = this.#shown();
  }

  /** The outputs go back to where they start. */
  stop(): void {
    for (const [name, { online }] of Object.entries(this.channels.outputs))
      this.channels.outputs[name] = { online, state: this.initial.get(name) ?? false, busy: false };
    for (const name of Object.keys(this.channels.outputs)) this.onWrite(name, this.initial.get(name) ?? false);
  }

  state(): { model: GpioModel; state: GpioChannels } {
    return { model: this.model, state: this.#shown() };
  }

  async #switch(request: KvmdRequest): Promise<void> {
    const channel = valid.gpioChannel(request.param("channel"));
    const state = valid.bool(request.param("state"));
    const wait = valid.boolOr(request.param("wait"), false);
    const scheme = this.#output(channel);
    if (scheme?.switch !== true)
      throw new KvmdError("GpioSwitchNotSupported", "This GPIO channel does not support switching");
    await this.#operate(channel, wait, () => this.#write(channel, state));
  }

  async #pulse(request: KvmdRequest): Promise<void> {
    const channel = valid.gpioChannel(request.param("channel"));
    const delay = valid.float(request.param("delay") ?? "0", { min: 0 });
    const wait = valid.boolOr(request.param("wait"), false);
    const scheme = this.#output(channel);
    if (scheme === null || Number(scheme.pulse.delay) === 0)
      throw new KvmdError("GpioPulseNotSupported", "This GPIO channel does not support pulsing");
    await this.#operate(channel, wait, async () => {
      const ms = pulseMs(scheme, delay);
      await this.#write(channel, true);
      if (!Number.isNaN(ms)) await this.#context.timers.sleep(ms);
      await this.#write(channel, false);
      if (Number.isNaN(ms)) throw new RangeError("no timer takes it");
    });
  }

  /** null for one that exists and can do nothing. An input is not found, as anything unknown. */
  #output(channel: string): GpioModel["scheme"]["outputs"][string] | null {
    const scheme = this.model.scheme.outputs[channel];
    if (scheme !== undefined) return scheme;
    if (this.hidden.has(channel)) return null;
    throw new KvmdError("GpioChannelNotFoundError", "GPIO channel is not found");
  }

  /** Without `wait` a driver's failure shows nowhere but in the log. */
  async #operate(channel: string, wait: boolean, act: () => Promise<void>): Promise<void> {
    if (this.channels.outputs[channel]?.busy === true)
      throw new KvmdError(
        "GpioChannelIsBusyError",
        "Performing another GPIO operation on this channel, please try again later",
        409,
      );
    const done = this.#hold(channel, act);
    if (wait) await done;
    else
      done.catch((error: unknown) => {
        if (!(error instanceof KvmdError || error instanceof RangeError)) ignoreStop(error);
      });
  }

  async #hold(channel: string, act: () => Promise<void>): Promise<void> {
    this.#put(channel, { busy: true });
    try {
      await act();
    } finally {
      await this.#context.timers.sleep(BUSY_MS);
      this.#put(channel, { busy: false });
    }
  }

  async #write(channel: string, state: boolean): Promise<void> {
    const name = this.model.scheme.outputs[channel]?.hw.driver ?? "";
    const { type, works = true, readable = true, takes = 0 } = this.drivers.get(name) ?? GPIO;
    const online = this.channels.outputs[channel]?.online ?? false;
    if (!works || !online) throw new KvmdError("GpioDriverOfflineError", `GPIO driver ${type}(${name}) is offline`);
    if (state && takes > 0) await this.#context.timers.sleep(takes);
    if (readable) this.#put(channel, { state });
    this.onWrite(channel, state);
    for (const [input, output] of this.contacts) if (output === channel) this.setInput(input, state);
  }

  #put(channel: string, change: Partial<OutputState>): void {
    const before = this.channels.outputs[channel] ?? { online: true, state: false, busy: false };
    this.channels.outputs[channel] = { ...before, ...change };
    this.#changed();
  }

  /** A busy output is not read: it shows as online and false. */
  #shown(): GpioChannels {
    const outputs = Object.entries(this.channels.outputs).map(
      ([name, { online, state, busy }]): [string, OutputState] => [
        name,
        busy ? { online: true, state: false, busy } : { online, state, busy },
      ],
    );
    const inputs = Object.entries(this.channels.inputs).map(([name, input]): [string, InputState] => [
      name,
      this.#pinsRead || !this.#isPin(name) ? input : { ...input, state: false },
    ]);
    return { inputs: Object.fromEntries(inputs), outputs: Object.fromEntries(outputs) };
  }

  #isPin(input: string): boolean {
    return !this.drivers.has(this.model.scheme.inputs[input]?.hw.driver ?? "");
  }

  /** Sends the sessions the channels that differ from what they were sent last. */
  #changed(): void {
    const before = this.#last;
    this.#last = this.#shown();
    const inputs = difference<InputState>(before.inputs, this.#last.inputs);
    const outputs = difference<OutputState>(before.outputs, this.#last.outputs);
    const state = { ...(isEmpty(inputs) ? {} : { inputs }), ...(isEmpty(outputs) ? {} : { outputs }) };
    if (!isEmpty(state)) this.#context.broadcast("gpio", { state });
  }

  #works(driver = ""): boolean {
    return this.drivers.get(driver)?.works ?? true;
  }
}

function difference<T>(before: Readonly<Record<string, T>>, now: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => !isDeepStrictEqual(value, before[name])));
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}
