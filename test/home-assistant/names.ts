import type { Config } from "./check";

/** Platforms whose entities are called by their device class when they have no name. */
const BY_CLASS = ["binary_sensor", "button", "number", "sensor"];

export function deviceName(device: Config): string {
  return typeof device["name"] === "string" ? device["name"] : "Unnamed device";
}

/** What people see: the device's name and the entity's, or the device's alone for the one with `name: null`. */
export function fullName(platform: string, config: Config, device: Config): string {
  const own = ownName(platform, config);
  return own === null ? deviceName(device) : `${deviceName(device)} ${own}`;
}

/** What Home Assistant warns of, as the device's name would stand there twice. */
export function saysDeviceTwice(platform: string, config: Config, device: Config): boolean {
  return ownName(platform, config)?.toLowerCase().startsWith(deviceName(device).toLowerCase()) ?? false;
}

/** The id that an entity gets when it is first seen. */
export function entityId(platform: string, config: Config, device: Config, isTaken: (id: string) => boolean): string {
  const { default_entity_id: wanted } = config;
  const name =
    typeof wanted === "string" ? wanted.slice(`${wanted}.`.indexOf(".") + 1) : fullName(platform, config, device);
  const first = `${platform}.${slug(name) || "unnamed_device"}`;
  let id = first;
  for (let count = 2; isTaken(id); count++) id = `${first}_${count}`;
  return id;
}

function ownName(platform: string, { name, device_class: kind }: Config): string | null {
  if (typeof name === "string" || name === null) return name;
  return BY_CLASS.includes(platform) && typeof kind === "string" ? spoken(kind) : `MQTT ${spoken(platform)}`;
}

function spoken(word: string): string {
  const words = word.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function slug(text: string): string {
  const plain = text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  return plain.replaceAll(/[^a-z0-9]+/g, "_").replaceAll(/^_|_$/g, "");
}
