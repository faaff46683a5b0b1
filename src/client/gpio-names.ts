import { ConfigurationError } from "./errors";
import type { GpioItem, GpioModel } from "./gpio";

/** One relay or input, and what the device's own menu calls it. */
export interface GpioChannel {
  channel: string;
  kind: "input" | "output";
  /** The words beside it in the menu, and those on its button; empty when the menu does not show it. */
  label: string;
}

/** All channels, with their labels. */
export function channelsOf({ scheme, view }: GpioModel): GpioChannel[] {
  const labels = new Map<string, string>();
  // A separator is null.
  for (const row of view.table) for (const [channel, label] of labelsIn(row ?? [])) labels.set(channel, label);
  const named = (kind: GpioChannel["kind"]) => (channel: string) => ({
    channel,
    kind,
    label: labels.get(channel) ?? "",
  });
  return [...Object.keys(scheme.outputs).map(named("output")), ...Object.keys(scheme.inputs).map(named("input"))];
}

/** The words before a channel in its row, with those on its own button. */
function* labelsIn(row: readonly GpioItem[]): Generator<[channel: string, label: string]> {
  const words = row.flatMap((item) => (item.type === "label" && item.text !== "" ? [item.text] : []));
  for (const item of row) {
    if (item.type === "input") yield [item.channel, words.join(" ")];
    if (item.type === "output") yield [item.channel, [...words, item.text].filter((text) => text !== "").join(" ")];
  }
}

/** Where the state of a channel is in the device's states, as `statePath` reads it. */
export function channelPath({ kind, channel }: GpioChannel): string {
  const key = /^\w[\w-]*$/.test(channel) ? `.${channel}` : `["${channel}"]`;
  return `gpio.state.${kind}s${key}.state`;
}

/**
 * The channel with this name, or else with this label, whatever its case; a label may be shortened at the end as long as it is clear.
 * @throws ConfigurationError that lists what there is.
 */
export function findChannel(channels: readonly GpioChannel[], name: string): GpioChannel {
  const exact = channels.find(({ channel }) => channel === name);
  if (exact) return exact;
  const wanted = plain(name);
  const same = channels.filter(({ label }) => plain(label) === wanted);
  const matches = same.length > 0 ? same : channels.filter(({ label }) => `${plain(label)} `.startsWith(`${wanted} `));
  const [match] = matches;
  if (match && matches.length === 1 && wanted !== "") return match;
  if (match && wanted !== "") throw new ConfigurationError(`"${name}" may be ${listed(matches)}: use the name of one.`);
  const known = channels.length > 0 ? `There are: ${listed(channels)}.` : "This device has none.";
  throw new ConfigurationError(`There is no channel "${name}" that can do this. ${known}`);
}

const plain = (text: string): string =>
  text
    .trim()
    .replace(/[\s:]+/g, " ")
    .trim()
    .toLowerCase();

const listed = (channels: readonly GpioChannel[]): string =>
  channels.map(({ channel, label }) => (label === "" ? channel : `${channel} (${label})`)).join(", ");
