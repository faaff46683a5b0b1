import { float, type Float, type JsonObject } from "../api/python";

/** One input as `model.scheme` shows it. */
type InputScheme = { readonly hw: Hardware };

/** One output as `model.scheme` shows it. */
type OutputScheme = {
  readonly switch: boolean;
  readonly pulse: { readonly delay: Seconds; readonly min_delay: Seconds; readonly max_delay: Seconds };
  readonly hw: Hardware;
};

export type GpioModel = {
  scheme: { inputs: Record<string, InputScheme>; outputs: Record<string, OutputScheme> };
  view: JsonObject;
};

type Hardware = { readonly driver: string; readonly pin: string };
type Seconds = Float | number;

export type InputState = { readonly online: boolean; readonly state: boolean };
export type OutputState = { readonly online: boolean; readonly state: boolean; readonly busy: boolean };
export type GpioChannels = { inputs: Record<string, InputState>; outputs: Record<string, OutputState> };

/** What is behind the channels that name it. */
export interface Driver {
  /** The class in messages: `GPIO driver CMD(name) is offline`. */
  readonly type: string;
  /** false: it cannot be reached, or its command fails. */
  readonly works?: boolean;
  /** Whether a channel can be read back; `cmd`, `wol` and `noop` read as false for ever. */
  readonly readable?: boolean;
  /** How long writing true takes, ms: a command that runs. */
  readonly takes?: number;
}

export interface InputOptions {
  driver?: string;
  pin?: string;
  state?: boolean;
}

export interface OutputOptions extends InputOptions {
  /** Whether it can be switched; true when absent. */
  switch?: boolean;
  /** Seconds; without it the channel cannot be pulsed. */
  pulse?: { delay: number; min?: number; max?: number };
}

export function inputScheme({ driver = "__gpio__", pin = "0" }: InputOptions): InputScheme {
  return { hw: { driver, pin } };
}

export function outputScheme(options: OutputOptions): OutputScheme {
  const { delay = 0, min = delay, max = delay } = options.pulse ?? {};
  return {
    switch: options.switch ?? true,
    pulse: { delay: float(delay), min_delay: float(min), max_delay: float(max) },
    ...inputScheme(options),
  };
}

/** The length of a pulse in ms: what was asked for, within the channel's limits; 0 asks for the channel's own. */
export function pulseMs({ pulse }: OutputScheme, asked: number): number {
  const seconds =
    asked === 0 ? Number(pulse.delay) : Math.min(Math.max(asked, Number(pulse.min_delay)), Number(pulse.max_delay));
  return seconds * 1000;
}
