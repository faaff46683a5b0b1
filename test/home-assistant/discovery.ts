import { checkClosed, checkComponent, isObject, keysOf, type Config } from "./check";
import { NotModelled, Refused } from "./refused";
import { SCHEMA, type Platform } from "./schema";

/** Where a message came, and of what it tells. */
export interface Place {
  /** Absent in the form for a whole device. */
  platform: string | undefined;
  /** As Home Assistant keeps it: the node's id comes behind the object's. */
  id: string;
}

export interface Component {
  platform: string;
  /** With the platform this is what Home Assistant knows the component by. */
  id: string;
  /** With what it inherits; undefined where it says with nothing but its platform that it is gone. */
  given: Config | undefined;
}

export interface Discovered {
  device: Config;
  origin: Config;
  components: Component[];
  /** What Home Assistant ignores without a word. */
  ignored: string[];
}

const ID = /^[a-zA-Z0-9_-]+$/;

/** The topics that Home Assistant subscribes to, single components first. */
export function filtersOf(prefix: string): string[] {
  return [...SCHEMA.supported_components, "device"].flatMap((kind) => [
    `${prefix}/${kind}/+/config`,
    `${prefix}/${kind}/+/+/config`,
  ]);
}

/** @throws Refused for ids that Home Assistant does not take */
export function placeOf(topic: string, prefix: string): Place {
  const [platform = "", ...ids] = topic.slice(prefix.length + 1, -"/config".length).split("/");
  if (!ids.every((id) => ID.test(id)))
    throw new Refused(
      `Received message on illegal discovery topic '${topic}'. The topic contains non allowed characters`,
    );
  return { platform: platform === "device" ? undefined : platform, id: ids.reverse().join(" ") };
}

/**
 * Reads a message about a whole device or a single component. @throws Refused when all of it is dropped; what is wrong
 * in one component only is found by `configOf`.
 */
export function readDiscovery(payload: string, { platform, id }: Place): Discovered {
  const message = parsed(payload, id);
  if (message["migrate_discovery"] !== undefined) throw new NotModelled("migrate_discovery");
  try {
    return platform === undefined ? readDevice(message, id) : readComponent(message, platform, id);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new Refused(`Invalid MQTT ${platform ?? "device"} discovery payload for ${id}, ${error.message}`);
  }
}

/** The config of a component. @throws Refused when Home Assistant drops it alone */
export function configOf({ platform, given = {} }: Component): Config {
  return checkComponent(given, platformOf(platform));
}

function parsed(payload: string, id: string): Config {
  try {
    const message = JSON.parse(payload) as unknown;
    if (isObject(message)) return message;
  } catch {
    // Said below.
  }
  throw new Refused(`Unable to parse JSON ${id}: '${payload.slice(0, 100)}'`);
}

function readDevice(message: Config, id: string): Discovered {
  refuseShort(message, SCHEMA.abbreviations, SCHEMA.root.keys);
  refuseShort(message["device"], SCHEMA.device_abbreviations, SCHEMA.device.keys);
  refuseShort(message["origin"], SCHEMA.origin_abbreviations, SCHEMA.origin.keys);
  const root = checkClosed(message, SCHEMA.root.keys, SCHEMA.root.required, "data");
  const device = root["device"] as Config; // as checked
  checkIdentity(device);
  const shared = Object.fromEntries(
    SCHEMA.root.inherited_unless_set.filter((name) => name in message).map((name) => [name, message[name]]),
  );
  const ignored: string[] = [];
  const components = Object.entries(root["components"] as Config).map(([key, own]): Component => {
    const at = `data['components']['${key}']`;
    if (!isObject(own)) throw new Refused(`expected a dictionary @ ${at}`);
    const platform = platformIn(own, at);
    const whole = `${id} ${key}`;
    if (Object.keys(own).length === 1) return { platform, id: whole, given: undefined };
    if (own["unique_id"] === undefined) throw new Refused(`required key not provided @ ${at}['unique_id']`);
    ignored.push(...strangers(own, platform).map((name) => `${key}: ${name}`));
    const { device: _device, origin: _origin, ...rest } = own;
    return { platform, id: whole, given: { ...shared, ...rest } };
  });
  return { device, origin: root["origin"] as Config, components, ignored }; // as checked
}

function readComponent(message: Config, platform: string, id: string): Discovered {
  const device = isObject(message["device"]) ? message["device"] : {};
  if ("device" in message) checkIdentity(checkClosed(message["device"], SCHEMA.device.keys, [], "data['device']"));
  refuseShort(message, SCHEMA.abbreviations, keysOf(platformOf(platform)));
  const ignored = strangers(message, platform).filter((name) => name !== "device" && name !== "origin");
  return { device, origin: {}, components: [{ platform, id, given: message }], ignored };
}

function checkIdentity(device: Config): void {
  const oneOf = SCHEMA.device.required_one_of;
  if (!oneOf.some((name) => device[name] !== undefined && [device[name]].flat().length > 0))
    throw new Refused(`Device must have at least one identifying value in '${oneOf.join("' and/or '")}'`);
}

function platformIn(own: Config, at: string): string {
  const platform = own["platform"];
  if (typeof platform === "string" && SCHEMA.supported_components.includes(platform)) {
    refuseShort(own, SCHEMA.abbreviations, keysOf(platformOf(platform)));
    return platform;
  }
  refuseShort(own, SCHEMA.abbreviations, {});
  throw new Refused(`value must be one of the platforms @ ${at}['platform']`);
}

function platformOf(name: string): Platform {
  const platform = SCHEMA.platforms[name];
  if (!platform || name === "device_automation") throw new NotModelled(`platform ${name}`);
  return platform;
}

/** Keys of its own that the platform does not know, or that stand for the whole device. */
function strangers(own: Config, platform: string): string[] {
  const keys = keysOf(platformOf(platform));
  return Object.keys(own).filter(
    (name) => name !== "platform" && (!(name in keys) || name === "device" || name === "origin"),
  );
}

/** Home Assistant would take them; a bridge that says which key it means is easier to read. */
function refuseShort(given: unknown, short: Record<string, string>, keys: object): void {
  const found = Object.keys(isObject(given) ? given : {}).find(
    (name) => !(name in keys) && (name === "~" || name in short),
  );
  if (found !== undefined && !(found === "~" && keys === SCHEMA.root.keys))
    throw new NotModelled(`abbreviation ${found}`);
}
