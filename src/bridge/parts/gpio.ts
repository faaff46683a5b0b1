import { channelsOf, type GpioChannel } from "../../client/gpio/gpio-names";
import type { GpioState } from "../../client/gpio/gpio";
import { button, light, ON_OFF, onOff, type Entity, type Part } from "../entity";
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
  const lamp = { ...light(`gpio_${safe}`, null), ...named, value };
  if (kind === "input") return [lamp];
  const scheme = model.scheme.outputs[channel];
  const does = (action: string) => ({ node: NODE, values: { action, channel } });
  const relay: Entity = {
    ...lamp,
    platform: "switch",
    config: ON_OFF,
    readAs: { key: `gpio_${safe}_state`, platform: "binary_sensor", config: ON_OFF },
    command: {
      deeds: [`${NODE}: on`, `${NODE}: off`],
      order: (text) => does(text.trim().toLowerCase()),
    },
  };
  const pulse: Entity = {
    ...button(`gpio_${safe}_pulse`, `${NODE}: pulse`, does("pulse")),
    name: named.name,
    topic: `pulse/${safe}`,
  };
  return [scheme?.switch ? relay : lamp, ...(scheme && scheme.pulse.delay > 0 ? [pulse] : [])];
}
