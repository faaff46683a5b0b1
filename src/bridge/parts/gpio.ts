import { channelsOf, type GpioChannel } from "../../client/gpio/gpio-names";
import type { GpioState } from "../../client/gpio/gpio";
import { button, ON_OFF, onOff, type Entity, type Part } from "../entity";
import { safeName } from "../topics";

const NODE = "gpio";

/** Relays and inputs, as the device's own menu calls them. */
export const gpio: Part = {
  kinds: ["gpio"],
  entities({ gpio: state }) {
    const { model, state: readings } = (state ?? {}) as Partial<GpioState>; // as the device's software sends it
    if (!model || !readings) return [];
    return channelsOf(model).flatMap((channel) => entitiesOf(channel, { model, state: readings }));
  },
};

function entitiesOf({ channel, kind, label }: GpioChannel, { model, state }: GpioState): Entity[] {
  const reading = state[`${kind}s`][channel];
  const value = reading?.online === true ? onOff(reading.state) : null;
  const safe = safeName(channel);
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
