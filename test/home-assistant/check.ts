import { NotModelled, Refused } from "./refused";
import { SCHEMA, type Key, type Keys, type Platform } from "./schema";

export type Config = Record<string, unknown>;

export const isObject = (value: unknown): value is Config =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Newer than the oldest Home Assistant with discovery of whole devices: to that one they are unknown. */
const TOO_NEW = ["message_expiry_interval", "visible_by_default"];

/** Units by device class, of those that a KVM may have. */
const UNITS: Record<string, string[]> = {
  temperature: ["°C", "°F", "K"],
  duration: ["d", "h", "min", "s", "ms", "μs"],
  data_size: ["bit", "kbit", "Mbit", "Gbit", "B", "kB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB"],
  data_rate: ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "B/s", "kB/s", "MB/s", "GB/s", "KiB/s", "MiB/s", "GiB/s"],
  frequency: ["Hz", "kHz", "MHz", "GHz"],
  voltage: ["V", "mV", "μV", "kV", "MV"],
  current: ["A", "mA"],
  power: ["W", "kW", "mW", "MW", "GW", "TW"],
  signal_strength: ["dB", "dBm"],
};

/** An object in which nothing may stand that Home Assistant does not know. @throws Refused */
export function checkClosed(given: unknown, keys: Keys, required: string[], at: string): Config {
  if (!isObject(given)) throw new Refused(`expected a dictionary @ ${at}`);
  const unknown = Object.keys(given).find((name) => !(name in keys) || TOO_NEW.includes(name));
  if (unknown !== undefined) throw new Refused(`extra keys not allowed @ ${at}['${unknown}']`);
  return checkKnown(given, keys, required, at);
}

/** A component's config: what its platform does not know is not in it. @throws Refused */
export function checkComponent(given: Config, platform: Platform): Config {
  const keys = keysOf(platform);
  const config = checkKnown(given, keys, platform.required, "data", platform.device_classes);
  const { one_of_required: oneOf, entity_categories: categories } = platform;
  if (oneOf && !oneOf.some((name) => name in config))
    throw new Refused(`must contain at least one of ${oneOf.join(", ")}.`);
  const category = config["entity_category"];
  if (categories && typeof category === "string" && !categories.includes(category))
    throw new Refused(`Entity category '${category}' is not allowed`);
  if ("min" in config && Number(config["min"]) >= Number(config["max"])) throw new Refused("max must be > min");
  if ("command_topic" in config && "payload_install" in keys && !("payload_install" in config))
    throw new Refused("command_topic without payload_install");
  checkUnit(config);
  return config;
}

/** What a component of the platform may have. */
export function keysOf(platform: Platform): Keys {
  // One without a domain is taken, and makes an entity without a name.
  const all: Keys = { ...SCHEMA.common, ...platform.keys, default_entity_id: { type: "string" } };
  return Object.fromEntries(Object.entries(all).filter(([name]) => !TOO_NEW.includes(name)));
}

/** The config with its defaults. */
function checkKnown(given: Config, keys: Keys, required: string[], at: string, classes: string[] = []): Config {
  const missing = required.find((name) => !(name in given));
  if (missing !== undefined) throw new Refused(`required key not provided @ ${at}['${missing}']`);
  const config: Config = {};
  for (const [name, key] of Object.entries(keys))
    if (name in given) config[name] = checkValue(given[name], key, `${at}['${name}']`, classes);
    else if (key.default !== undefined) config[name] = key.default;
  for (const [name, key] of Object.entries(keys)) {
    if (key.default_from !== undefined) config[name] ??= config[key.default_from];
    if (name in given) checkTogether(name, key, given);
  }
  return config;
}

function checkTogether(name: string, key: Key, given: Config): void {
  const other = [key.exclusive_with, ...(key.forbids ?? [])].find((found) => found !== undefined && found in given);
  if (other !== undefined) throw new Refused(`'${name}' and '${other}' exclude each other`);
  for (const [needed, value] of Object.entries(key.requires ?? {}))
    if (given[needed] !== value) throw new Refused(`'${name}' needs ${needed} '${value}'`);
}

function checkUnit({ device_class: kind, unit_of_measurement: unit, state_class: state }: Config): void {
  const isText = ["enum", "timestamp", "date"].includes(String(kind));
  if (isText && (unit ?? state) !== undefined)
    throw new Refused(`device_class '${String(kind)}' has no unit or state_class`);
  if (isText || typeof kind !== "string" || typeof unit !== "string") return;
  const units = UNITS[kind];
  if (!units) throw new NotModelled(`units of the device_class ${kind}`);
  if (!units.includes(unit))
    throw new Refused(`The unit of measurement '${unit}' is not valid together with '${kind}'`);
}

function checkValue(given: unknown, key: Key, at: string, classes: string[]): unknown {
  const types = [key.type].flat();
  if (given === null) {
    if (types.includes("null")) return null;
    throw new Refused(`string value is None @ ${at}`);
  }
  const [first = ""] = types;
  const check = CHECKS[Array.isArray(given) && types.includes("array") ? "array" : first];
  if (!check) throw new NotModelled(`type ${types.join(" or ")}, as of ${at}`);
  const value = check(given, key, at);
  const choices = key.enum ?? (key.enum_ref && classes);
  if (choices && !choices.includes(value)) throw new Refused(`value must be one of ${choices.join(", ")} @ ${at}`);
  if (key.pattern !== undefined && !new RegExp(key.pattern).test(String(value)))
    throw new Refused(`'${String(value)}' is not valid @ ${at}`);
  return value;
}

type Check = (given: unknown, key: Key, at: string) => unknown;

const CHECKS: Record<string, Check> = {
  string: text,
  template: text,
  boolean: (given, _key, at) => {
    if (typeof given === "boolean") return given;
    throw new NotModelled(`${JSON.stringify(given)} as a boolean, as of ${at}`);
  },
  integer: (given, key, at) => {
    if (!Number.isInteger(given)) throw new Refused(`expected int @ ${at}`);
    return inRange(given, key, at);
  },
  number: inRange,
  regex: (given, key, at) => {
    const pattern = text(given, key, at);
    try {
      return new RegExp(pattern).source;
    } catch {
      throw new Refused(`value is not a valid regular expression @ ${at}`);
    }
  },
  url: (given, key, at) => {
    const url = text(given, key, at);
    const scheme = URL.canParse(url) ? new URL(url).protocol.slice(0, -1) : "";
    if (!(key.schemes ?? ["http", "https"]).includes(scheme)) throw new Refused(`invalid url @ ${at}`);
    return url;
  },
  subscribe_topic: (given, key, at) => {
    const topic = text(given, key, at);
    const levels = topic.split("/");
    const isWrong = levels.some((level, index) =>
      level.includes("#") ? level !== "#" || index < levels.length - 1 : level.includes("+") && level !== "+",
    );
    if (topic === "" || topic.includes("\0") || isWrong) throw new Refused(`'${topic}' is not a topic filter @ ${at}`);
    return topic;
  },
  publish_topic: (given, key, at) => {
    const topic = text(given, key, at);
    if (topic === "" || /[+#\0]/.test(topic)) throw new Refused(`'${topic}' is not a topic to publish on @ ${at}`);
    return topic;
  },
  array: (given, key, at) => {
    if (!Array.isArray(given)) throw new Refused(`expected a list @ ${at}`);
    if (given.length < (key.minItems ?? 0)) throw new Refused(`length of value must be at least 1 @ ${at}`);
    return given.map((item: unknown, index) => checkItem(item, key, `${at}[${index}]`));
  },
  object: (given, key, at) => {
    const { schema } = key;
    if (!schema) return given;
    return checkClosed(given, SCHEMA[schema].keys, schema === "origin" ? SCHEMA.origin.required : [], at);
  },
};

function checkItem(item: unknown, key: Key, at: string): unknown {
  if (key.items === "availability")
    return checkClosed(item, SCHEMA.availability.keys, SCHEMA.availability.required, at);
  if (key.items === "string") return text(item, key, at);
  if (Array.isArray(item) && item.length === 2 && item.every((part) => typeof part === "string")) return item;
  throw new Refused(`expected a pair of strings @ ${at}`);
}

/** Numbers and booleans become text as Python writes them. */
function text(given: unknown, _key: Key, at: string): string {
  if (typeof given === "string") return given;
  if (typeof given === "number") return String(given);
  if (typeof given === "boolean") return given ? "True" : "False";
  throw new Refused(`value should be a string @ ${at}`);
}

function inRange(given: unknown, { minimum = -Infinity, maximum = Infinity }: Key, at: string): number {
  if (typeof given !== "number") throw new Refused(`expected float @ ${at}`);
  if (given < minimum || given > maximum) throw new Refused(`value must be ${minimum} to ${maximum} @ ${at}`);
  return given;
}
