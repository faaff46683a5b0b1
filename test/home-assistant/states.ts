import { isObject, type Config } from "./check";

/** What becomes of an entity by a payload. */
export interface Outcome {
  /** As it was when absent. */
  value?: string;
  attributes?: Config;
  /** What Home Assistant writes into its log. */
  warn?: string;
  /** What it says nobody, or only where debugging is on. */
  ignore?: string;
}

interface Received {
  text: string;
  isRetained: boolean;
  config: Config;
  /** Of the entity so far. */
  attributes: Config;
}

export const UNKNOWN = "unknown";
const NONE = "None";
const LONGEST = 255;
const NOT_NUMERIC = ["enum", "timestamp", "date"];
const ISO_WITH_ZONE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/** By platform; what is not here has no state by text. */
export const READ: Record<string, (received: Received) => Outcome> = {
  switch: (received) => onOrOff(received, "state_on", "state_off"),

  binary_sensor: (received) => onOrOff(received, "payload_on", "payload_off"),

  sensor({ text, config }) {
    const { device_class: kind, state_class: state, unit_of_measurement: unit, options } = config;
    const isNumeric = Boolean(state ?? unit) || (typeof kind === "string" && !NOT_NUMERIC.includes(kind));
    if (text === NONE) return { value: UNKNOWN };
    if (isNumeric && text === "") return { ignore: "an empty payload for a number" };
    if (isNumeric && !isNumber(text)) return { warn: `a numeric value is expected, it has '${text}'` };
    if (kind === "timestamp" && !ISO_WITH_ZONE.test(text))
      return { value: UNKNOWN, warn: `Invalid state message '${text}'` };
    if (Array.isArray(options) && !options.includes(text))
      return { warn: `Ignoring invalid option received, got '${text}', allowed: ${options.join(", ")}` };
    if (text.length <= LONGEST) return { value: text };
    return { value: UNKNOWN, warn: `Cannot update state, payload of ${text.length} characters is too long` };
  },

  select({ text, config }) {
    const options = config["options"] as string[]; // as checked
    if (text === "") return { ignore: "an empty payload" };
    if (text.toLowerCase() === "none") return { value: UNKNOWN };
    if (!options.includes(text)) return { warn: `Invalid option: '${text}' (valid options: ${options.join(", ")})` };
    return { value: text };
  },

  text({ text, config }) {
    const wrong = wrongText(text, config);
    return wrong === undefined ? { value: text } : { warn: wrong };
  },

  number({ text, config }) {
    const { payload_reset: reset } = config;
    if (text === "") return { ignore: "an empty payload" };
    if (text === reset) return { value: UNKNOWN };
    if (!isNumber(text)) return { warn: `Payload '${text}' is not a Number` };
    const wrong = wrongNumber(Number(text), config);
    return wrong === undefined ? { value: text } : { warn: wrong };
  },

  event({ text, isRetained, config }) {
    const types = config["event_types"] as string[]; // as checked
    if (isRetained || ["", "{}", NONE].includes(text)) return { ignore: `'${text}', which is retained or empty` };
    const event = parsed(text);
    if (!isObject(event))
      return { warn: `No valid JSON event payload detected, value after processing payload: ${text}` };
    const { event_type: type, ...attributes } = event;
    if (typeof type !== "string" || !types.includes(type))
      return { warn: `Invalid event type ${JSON.stringify(type)}` };
    return { value: new Date().toISOString(), attributes: { ...attributes, event_type: type } };
  },

  update({ text, attributes }) {
    if (text === "") return { ignore: "an empty payload" };
    const found = parsed(text);
    return updated({ ...attributes, ...(isObject(found) ? found : { installed_version: text }) });
  },
};

/** An update entity is on when there is a newer version. */
export function updated(attributes: Config): Outcome {
  const { installed_version: installed, latest_version: latest } = attributes;
  if (installed === undefined || latest === undefined) return { value: UNKNOWN, attributes };
  return { value: installed === latest ? "off" : "on", attributes };
}

/** Why Home Assistant does not take a text; undefined when it does. */
export function wrongText(text: string, { min, max, pattern }: Config): string | undefined {
  if (text.length < Number(min) || text.length > Number(max))
    return `a text of ${text.length} characters, ${String(min)} to ${String(max)} are allowed`;
  return typeof pattern === "string" && !new RegExp(pattern).test(text)
    ? `a text that does not match ${pattern}`
    : undefined;
}

/** Why Home Assistant does not take a number; undefined when it does. */
export function wrongNumber(number: number, { min, max }: Config): string | undefined {
  if (number >= Number(min) && number <= Number(max)) return undefined;
  return `Invalid value: ${number} (range ${String(min)} - ${String(max)})`;
}

function onOrOff({ text, config }: Received, on: string, off: string): Outcome {
  if (text === NONE) return { value: UNKNOWN };
  if (text === config[on]) return { value: "on" };
  if (text === config[off]) return { value: "off" };
  return { ignore: `'${text}', which is neither on nor off` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isNumber = (text: string): boolean => text.trim() !== "" && Number.isFinite(Number(text));
