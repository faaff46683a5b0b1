import type { Config } from "./check";
import { wrongNumber, wrongText } from "./states";

/** What a person does with an entity, as Home Assistant publishes it. */
export interface Command {
  platform: string;
  payload: string;
  /** What the entity then is, where it takes that from the command. */
  becomes?: string;
  /** Why Home Assistant does not do it. */
  wrong?: string | undefined;
}

export const turnOn = ({ payload_on: payload }: Config): Command => ({
  platform: "switch",
  payload: String(payload),
  becomes: "on",
});

export const turnOff = ({ payload_off: payload }: Config): Command => ({
  platform: "switch",
  payload: String(payload),
  becomes: "off",
});

export const press = ({ payload_press: payload }: Config): Command => ({
  platform: "button",
  payload: String(payload),
});

export function select({ options }: Config, option: string): Command {
  const isThere = Array.isArray(options) && options.includes(option);
  const wrong = isThere ? undefined : `Option ${option} is not valid, valid options are: ${String(options)}`;
  return { platform: "select", payload: option, becomes: option, wrong };
}

export const type = (config: Config, text: string): Command => ({
  platform: "text",
  payload: text,
  becomes: text,
  wrong: wrongText(text, config),
});

export const setNumber = (config: Config, number: number): Command => ({
  platform: "number",
  payload: String(number),
  becomes: String(number),
  wrong: wrongNumber(number, config),
});

export const notify = (message: string): Command => ({ platform: "notify", payload: message });

export const install = ({ payload_install: payload }: Config): Command => ({
  platform: "update",
  payload: String(payload),
});
