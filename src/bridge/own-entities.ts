import * as errors from "../client/errors";
import { DIAGNOSTIC, type Entity } from "./entity";
import type { BridgeSettings } from "./settings";

export const AVAILABILITY = "availability";
/** The last error, as the flow sees it. */
export const LAST_ERROR = "error";
/** What has just happened. */
export const EVENT = "event";
export const PICTURE = "picture";

const isKindOfError = (value: unknown): value is typeof errors.PiKVMError =>
  value === errors.PiKVMError || (typeof value === "function" && value.prototype instanceof errors.PiKVMError);

/** The names of errors are the types of their events. */
const EVENT_TYPES = [
  "connected",
  "disconnected",
  ...Object.values(errors)
    .filter(isKindOfError)
    .map(({ name }) => name),
];

type OwnSettings = Pick<BridgeSettings, "base" | "pictures" | "presence">;

/** Home Assistant's words for a topic that tells whether Node-RED is there. */
export const availabilityBy = ({ topic, online, offline }: NonNullable<BridgeSettings["presence"]>): object => ({
  topic,
  payload_available: online,
  payload_not_available: offline,
});

/** What the bridge itself tells, whatever the device has. */
export const ownEntities = ({ base, pictures, presence }: OwnSettings): Entity[] => [
  {
    key: "connected",
    platform: "binary_sensor",
    topic: AVAILABILITY,
    value: null,
    config: {
      ...DIAGNOSTIC,
      device_class: "connectivity",
      payload_on: "online",
      payload_off: "offline",
      // It is there to say that the others are not.
      availability: [
        presence ? availabilityBy(presence) : { topic: `${base}/${AVAILABILITY}`, value_template: "online" },
      ],
    },
  },
  {
    key: "last_error",
    platform: "sensor",
    topic: LAST_ERROR,
    value: null,
    config: {
      ...DIAGNOSTIC,
      icon: "mdi:alert-circle-outline",
      value_template: "{{ value_json.name }}",
      json_attributes_topic: `${base}/${LAST_ERROR}`,
    },
  },
  { key: "event", platform: "event", topic: EVENT, value: null, config: { event_types: EVENT_TYPES } },
  ...(pictures ? pictureEntities() : []),
];

const pictureEntities = (): Entity[] => [
  { key: "picture", platform: "image", topic: PICTURE, value: null, config: { content_type: "image/jpeg" } },
  { key: "take_picture", platform: "button", topic: PICTURE, command: { deeds: [] }, config: { icon: "mdi:camera" } },
];
