import { ConfigurationError } from "../errors";
import type { GpioItem, GpioModel } from "./gpio";

/** One relay or input, and what the device's own menu calls it. */
export interface GpioChannel {
  channel: string;
  kind: "input" | "output";
  /** The words beside it in the menu, and those on its button; empty when the menu does not show it. */
  label: string;
}

/** All channels, with their labels. */
export function channelsOf(model: GpioModel): GpioChannel[] {
  const { scheme } = model;
  const labels = labelsOf(model);
  const named = (kind: GpioChannel["kind"]) => (channel: string) => ({
    channel,
    kind,
    label: labels.get(channel) ?? "",
  });
  return [...Object.keys(scheme.outputs).map(named("output")), ...Object.keys(scheme.inputs).map(named("input"))];
}

/** Outputs that the menu names and the device tells nothing else of: they can be neither switched nor pulsed. */
export function idleOutputs(model: GpioModel): GpioChannel[] {
  const { scheme } = model;
  const isKnown = (channel: string) => Object.hasOwn(scheme.outputs, channel) || Object.hasOwn(scheme.inputs, channel);
  return [...labelsOf(model)].flatMap(([channel, label]) =>
    isKnown(channel) ? [] : [{ channel, kind: "output" as const, label }],
  );
}

function labelsOf({ scheme, view }: GpioModel): Map<string, string> {
  const hasButton = (channel: string) => scheme.outputs[channel]?.pulse.delay !== 0;
  // A separator is null.
  return new Map(view.table.flatMap((row) => [...labelsIn(row ?? [], hasButton)]));
}

/** What kvmd says for a button without a text, also where its page shows none: for what can only be switched. */
const UNNAMED = "Click";

/**
 * The label of each channel in a row: the words before it, and those on its own button. Words belong to all channels up
 * to the next words: in `Lamp [a] [b] Fan [c]` the label of `b` is `Lamp`.
 */
function* labelsIn(
  row: readonly GpioItem[],
  hasButton: (channel: string) => boolean,
): Generator<[channel: string, label: string]> {
  let words: string[] = [];
  let isComplete = false;
  for (const item of row) {
    if (item.type === "label") {
      if (item.text === "") continue;
      words = isComplete ? [item.text] : [...words, item.text];
      isComplete = false;
      continue;
    }
    isComplete = true;
    const own =
      item.type === "output" && item.text !== "" && (item.text !== UNNAMED || hasButton(item.channel))
        ? [item.text]
        : [];
    yield [item.channel, [...words, ...own].join(" ")];
  }
}

/** The path of a channel's state in the device's states, as `statePath` reads it. */
export function channelPath({ kind, channel }: GpioChannel): string {
  const key = /^\w[\w-]*$/.test(channel) ? `.${channel}` : `["${channel}"]`;
  return `gpio.state.${kind}s${key}.state`;
}

/** What a channel is wanted for. */
export interface Purpose {
  /** Others are left out. What is the name of a channel is never read as the label of another. */
  can: (channel: GpioChannel) => boolean;
  /** Why one of the others cannot do it. */
  reason: (channel: GpioChannel) => ConfigurationError;
  /** Others that somebody may name, to be told the reason. */
  others: readonly GpioChannel[];
}

/**
 * The channel with this name, or else with this label, in capitals or small letters. The first or the last words of a
 * label are enough when only one label has them.
 * @throws ConfigurationError that says why the one with this name cannot do what it is wanted for, or lists what there
 * is.
 */
export function findChannel(
  channels: readonly GpioChannel[],
  name: string,
  { can, reason, others }: Purpose,
): GpioChannel {
  const able = channels.filter(can);
  const matches = matching(name, { names: channels, labels: able }).filter(can);
  const [match] = matches;
  if (match && matches.length === 1) return match;
  if (match) throw new ConfigurationError(`"${name}" may be ${listed(matches)}: use the name of one.`);
  const all = [...channels, ...others];
  const [unable] = matching(name, { names: all, labels: all });
  if (unable) throw reason(unable);
  const known = able.length > 0 ? `There are: ${listed(able)}.` : "This device has none.";
  const problem = name.trim() === "" ? "No channel is named." : `There is no channel "${name}" that can do this.`;
  throw new ConfigurationError(`${problem} ${known}`);
}

function matching(name: string, among: Record<"names" | "labels", readonly GpioChannel[]>): GpioChannel[] {
  const wanted = plain(name);
  return wanted === "" ? [] : (named(among.names, name) ?? labelled(among.labels, wanted));
}

/** Those with this name: exactly this one, or else in any case; undefined when there is none. */
function named(channels: readonly GpioChannel[], name: string): GpioChannel[] | undefined {
  const exact = channels.filter(({ channel }) => channel === name);
  const same = channels.filter(({ channel }) => channel.toLowerCase() === name.trim().toLowerCase());
  return [exact, same].find(({ length }) => length > 0);
}

/** Those with this label, or else those whose label begins or ends so. */
function labelled(channels: readonly GpioChannel[], wanted: string): GpioChannel[] {
  const same = channels.filter(({ label }) => plain(label) === wanted);
  if (same.length > 0) return same;
  return channels.filter(
    ({ label }) => `${plain(label)} `.startsWith(`${wanted} `) || ` ${plain(label)}`.endsWith(` ${wanted}`),
  );
}

const plain = (text: string): string =>
  text
    .trim()
    .replace(/[\s:]+/g, " ")
    .trim()
    .toLowerCase();

/** As a person would call it: `relay1 (Server fan)`. */
export const channelLabel = ({ channel, label }: GpioChannel): string =>
  label === "" ? channel : `${channel} (${label})`;

const listed = (channels: readonly GpioChannel[]): string => channels.map(channelLabel).join(", ");
