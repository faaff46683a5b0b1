import type { InfoState } from "../client";
import type { BridgeSettings } from "./settings";
import type { Described } from "./home-assistant";
import { AVAILABILITY, availabilityBy } from "./own-entities";

/** What Home Assistant is told of the device itself. */
export function describedBy(settings: BridgeSettings, info: InfoState | undefined): Described {
  const { id, base, name, url, origin, presence } = settings;
  const { model, serial } = (info?.system?.platform ?? {}) as Platform; // as the device's software sends it
  const version = info?.system?.kvmd.version;
  return {
    id,
    base,
    device: {
      identifiers: [id],
      name,
      manufacturer: "PiKVM",
      configuration_url: url,
      ...(model ? { model: `PiKVM ${model}` } : {}),
      ...(serial ? { serial_number: serial } : {}),
      ...(version ? { sw_version: `kvmd ${version}` } : {}),
    },
    origin,
    availability: [...(presence ? [availabilityBy(presence)] : []), { topic: `${base}/${AVAILABILITY}` }],
  };
}

interface Platform {
  model?: string | null;
  serial?: string | null;
}
