import type { Atx } from "../power/atx";
import { ConfigurationError } from "../errors";
import type { Gpio, GpioOutputScheme } from "../gpio/gpio";
import type { Hid } from "./hid";
import type { HostInput } from "./host-online";
import type { HostWait } from "./host-wait";
import type { KeymapCheck } from "./keymap-check";
import type { Macro, MacroStep } from "./macro";
import { isPlain, type Skipped } from "./skipped";
import { asTyped } from "./text";
import type { CallOptions } from "../http/transport";

/** What the steps of a macro are done with, besides keys and mouse. */
export interface MacroParts {
  hid: Hid;
  atx: Atx;
  gpio: Gpio;
  host: HostWait;
  keymaps: KeymapCheck;
}

/** What is known of a device before a macro is played on it. */
interface MacroFacts {
  keymaps: readonly string[];
  outputs: Readonly<Record<string, GpioOutputScheme>>;
  hasButtons: boolean;
}

/** Asks the device for what the steps need, and for nothing else. */
export async function factsFor(steps: Macro, parts: MacroParts, { signal }: CallOptions): Promise<MacroFacts> {
  const needs = (isIt: (step: MacroStep) => boolean): boolean => steps.some(isIt);
  const keymaps = needs(({ event }) => "keymap" in event && event.keymap !== "")
    ? (await parts.hid.getKeymaps({ signal })).available
    : [];
  const outputs = needs(isRelay) ? (await parts.gpio.getState({ signal })).model.scheme.outputs : {};
  const hasButtons = needs(isButton) && (await parts.atx.getState({ signal })).enabled;
  return { keymaps, outputs, hasButtons };
}

/** What of the device the host must listen to. */
export function inputsOf(steps: Macro): HostInput[] {
  const needs = (name: RegExp): boolean => steps.some(({ event_type }) => name.test(event_type));
  return [
    ...(needs(/^(key|print)$/) ? (["keyboard"] as const) : []),
    ...(needs(/^mouse_/) ? (["mouse"] as const) : []),
  ];
}

const isRelay = ({ event_type }: MacroStep): boolean => event_type === "gpio_switch" || event_type === "gpio_pulse";
const isButton = ({ event_type }: MacroStep): boolean => event_type === "atx_button";

/** A character of a step's text that its keymap cannot type. @property step its number, from 1. */
export interface SkippedInStep extends Skipped {
  step: number;
}

/** The characters that the device will drop of the texts. @returns undefined where one's keymap is not known. */
export async function skippedInSteps(
  steps: Macro,
  { keymaps }: MacroParts,
  { signal }: CallOptions,
): Promise<SkippedInStep[] | undefined> {
  const prints = steps.flatMap(({ event_type, event }, index) =>
    event_type === "print" && !isPlain(asTyped(event.text)) ? [{ ...event, step: index + 1 }] : [],
  );
  const isDefaultUsed = prints.some(({ keymap = "" }) => keymap === "");
  const usual = isDefaultUsed ? await keymaps.nameOf("", signal) : "";
  const all: SkippedInStep[] = [];
  for (const { text, keymap = "", step } of prints) {
    const skipped = await keymaps.skippedIn(text, { keymap: keymap || usual, signal });
    if (skipped === undefined) return undefined;
    all.push(...skipped.map((one) => ({ step, ...one })));
  }
  return all;
}

/** @throws ConfigurationError for a step that this device cannot do as it is now. */
export function checkStep({ event_type, event }: MacroStep, facts: MacroFacts): void {
  switch (event_type) {
    case "print":
      checkKeymap(event.keymap, facts);
      break;
    case "atx_button":
      if (!facts.hasButtons) throw new ConfigurationError("the power buttons are switched off on this device.");
      break;
    case "gpio_switch":
      checkRelay(event.channel, facts, (output) => output.switch);
      break;
    case "gpio_pulse":
      checkRelay(event.channel, facts, (output) => output.pulse.delay > 0);
  }
}

function checkKeymap(keymap: string | undefined, { keymaps }: MacroFacts): void {
  // Empty is the device's own, too.
  if (keymap === undefined || keymap === "" || keymaps.includes(keymap)) return;
  throw new ConfigurationError(`the device has no keymap "${keymap}". It has: ${keymaps.join(", ")}.`);
}

function checkRelay(channel: string, { outputs }: MacroFacts, canDo: (output: GpioOutputScheme) => boolean): void {
  const output = Object.hasOwn(outputs, channel) ? outputs[channel] : undefined;
  if (output && canDo(output)) return;
  const able = Object.keys(outputs).filter((name) => outputs[name] && canDo(outputs[name]));
  const problem = output ? "cannot do this" : "is not there";
  throw new ConfigurationError(`the relay "${channel}" ${problem}. Those that can: ${able.join(", ") || "none"}.`);
}
