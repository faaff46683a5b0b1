import { createHash } from "node:crypto";
import { channelsOf, type GpioChannel } from "../../client/gpio/gpio-names";
import type { GpioState } from "../../client/gpio/gpio";
import { button, ON_OFF, onOff, type Entity, type Part } from "../entity";
import { safeName } from "../../schema/topics";
import { SET } from "../topics";

const NODE = "gpio";

/** Relays and inputs, as the device's own menu calls them. */
export const gpio: Part = {
  kinds: ["gpio"],
  entities({ gpio: state }) {
    const { model, state: readings } = (state ?? {}) as Partial<GpioState>; // as the device's software sends it
    if (!model || !readings) return [];
    const channels = channelsOf(model);
    const levelOf = levelsOf(channels.map(({ channel }) => channel));
    return channels.flatMap((one) => entitiesOf({ ...one, safe: levelOf(one.channel) }, { model, state: readings }));
  },
};

/**
 * What each of a device's channels is called in topics and ids. Where several would be called the same, only the one
 * whose very name it is keeps it: what the others are called depends on nothing but their own names.
 */
function levelsOf(channels: readonly string[]): (channel: string) => string {
  const plain = channels.map(safeName);
  return (channel) => {
    const level = safeName(channel);
    const isShared = level !== channel && plain.filter((other) => other === level).length > 1;
    // What is set is published to `gpio/<channel>/set`, and a topic that ends so is no state.
    if (level !== "" && level !== SET && !isShared) return level;
    const hash = createHash("sha256").update(channel).digest("hex").slice(0, 8);
    return [level, hash].filter((part) => part !== "").join("_");
  };
}

interface NamedChannel extends GpioChannel {
  /** A level of a topic, and part of an id. */
  safe: string;
}

function entitiesOf({ channel, kind, label, safe }: NamedChannel, { model, state }: GpioState): Entity[] {
  const reading = state[`${kind}s`][channel];
  const value = reading?.online === true ? onOff(reading.state) : null;
  const named = { name: label || channel, topic: `gpio/${safe}` };
  // What the device's own menu does not show is for those who look for it.
  const config = label === "" ? { ...ON_OFF, enabled_by_default: false } : ON_OFF;
  const lamp: Entity = { key: `gpio_${safe}`, platform: "binary_sensor", ...named, value, config };
  if (kind === "input") return [lamp];
  const scheme = model.scheme.outputs[channel];
  const does = (action: string) => ({ node: NODE, values: { action, channel } });
  const relay: Entity = {
    ...lamp,
    platform: "switch",
    readAs: { key: `gpio-state_${safe}`, platform: "binary_sensor", config },
    command: {
      deeds: [`${NODE}: on`, `${NODE}: off`],
      order: (text) => does(text.trim().toLowerCase()),
    },
  };
  const pulse: Entity = {
    ...button(`gpio-pulse_${safe}`, `${NODE}: pulse`, does("pulse")),
    name: named.name,
    topic: `pulse/${safe}`,
  };
  return [scheme?.switch ? relay : lamp, ...(scheme && scheme.pulse.delay > 0 ? [pulse] : [])];
}
