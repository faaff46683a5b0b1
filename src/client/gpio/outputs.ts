import { ConfigurationError } from "../errors";
import type { GpioModel, GpioOutputScheme } from "./gpio";
import { channelLabel, channelsOf, findChannel, idleOutputs, type GpioChannel } from "./gpio-names";

/** What an output can be wanted for. */
export type Ability = "switch" | "pulse";

/** The output that somebody has named. */
export interface Output {
  channel: GpioChannel;
  scheme: GpioOutputScheme;
}

/**
 * The output with this name or label.
 * @throws ConfigurationError for one that cannot do it, which says why (`INPUT_CHANNEL`, `CANNOT_SWITCH`,
 * `CANNOT_PULSE`); for one that is not there, and for a name that fits several.
 */
export function findOutput(model: GpioModel, name: string, ability: Ability): Output {
  const schemeOf = ({ kind, channel }: GpioChannel) => (kind === "output" ? model.scheme.outputs[channel] : undefined);
  const channel = findChannel(channelsOf(model), name, {
    can: (channel) => can(ability, schemeOf(channel)),
    reason: (channel) => unable(channel, ability, schemeOf(channel)),
    others: idleOutputs(model),
  });
  const scheme = schemeOf(channel);
  if (!scheme) throw new ConfigurationError(`There is no output "${name}".`);
  return { channel, scheme };
}

/** The channel with this name or label that can be read. @throws ConfigurationError as `findOutput`. */
export function findReadable(model: GpioModel, name: string): GpioChannel {
  return findChannel(channelsOf(model), name, {
    can: () => true,
    reason: (channel) =>
      new ConfigurationError(`${channelLabel(channel)} cannot be read: ${IDLE}`, { code: "CANNOT_READ" }),
    others: idleOutputs(model),
  });
}

/** The input with this name or label. @throws ConfigurationError as `findOutput`; `NO_INPUT` for an output. */
export function findInput(model: GpioModel, name: string): GpioChannel {
  return findChannel(channelsOf(model), name, {
    can: ({ kind }) => kind === "input",
    reason: (channel) => new ConfigurationError(`${channelLabel(channel)} is no input.`, { code: "NO_INPUT" }),
    others: idleOutputs(model),
  });
}

const can = (ability: Ability, scheme: GpioOutputScheme | undefined): boolean =>
  ability === "switch" ? scheme?.switch === true : (scheme?.pulse.delay ?? 0) > 0;

const IDLE = "the device's configuration lets it be neither switched nor pulsed.";

function unable(channel: GpioChannel, ability: Ability, scheme: GpioOutputScheme | undefined): ConfigurationError {
  const name = channelLabel(channel);
  if (channel.kind === "input") {
    return new ConfigurationError(`${name} is an input: it can only be read.`, { code: "INPUT_CHANNEL" });
  }
  const code = ability === "switch" ? "CANNOT_SWITCH" : "CANNOT_PULSE";
  if (!scheme) return new ConfigurationError(`${name} can be used for nothing: ${IDLE}`, { code });
  const text =
    ability === "switch"
      ? "can only be pulsed. Pulse it, or allow it to be switched (`switch: true`) in the device's configuration."
      : "can only be switched on and off. Switch it, or give it a pulse (`pulse`) in the device's configuration.";
  return new ConfigurationError(`${name} ${text}`, { code });
}
