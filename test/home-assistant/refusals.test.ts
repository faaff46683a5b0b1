import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config } from "./check";
import { configOf, placeOf, readDiscovery } from "./discovery";
import { NotModelled, Refused } from "./refused";

const DEVICE = { identifiers: ["serial-1"], name: "Desk" };
const ORIGIN = { name: "tests" };
const POWER = { platform: "switch", unique_id: "power", command_topic: "t/set" };
const SENSOR = { platform: "sensor", unique_id: "heat", state_topic: "t/heat" };
const BUTTON = { platform: "button", unique_id: "reset", command_topic: "t/reset" };
const TEXT = { platform: "text", unique_id: "type", command_topic: "t/type" };
const NUMBER = { platform: "number", unique_id: "jiggler", command_topic: "t/jiggler" };
const EVENT = { platform: "event", unique_id: "event", state_topic: "t/event", event_types: ["lost"] };
const IMAGE = { platform: "image", unique_id: "screen", image_topic: "t/picture" };

const SPOT = placeOf("homeassistant/device/desk/config", "homeassistant");

/** What becomes of a message: "taken", or why it or one of its components is not. */
function verdict(message: Config): string {
  try {
    const { components, ignored } = readDiscovery(JSON.stringify(message), SPOT);
    const faults = components
      .filter(({ given }) => given)
      .flatMap((component) => {
        try {
          configOf(component);
          return [];
        } catch (error) {
          if (error instanceof Refused) return [`not ${component.id}: ${error.message}`];
          throw error;
        }
      });
    return [...faults, ...ignored.map((line) => `ignored ${line}`)].join("; ") || "taken";
  } catch (error) {
    if (error instanceof Refused) return `dropped: ${error.message}`;
    if (error instanceof NotModelled) return error.message;
    throw error;
  }
}

const whole = (changes: Config): Config => ({
  device: DEVICE,
  origin: ORIGIN,
  components: { power: POWER },
  ...changes,
});
const one = (component: Config, shared: Config = {}): Config => whole({ components: { it: component }, ...shared });

/** What is told, what it is, and what becomes of it. */
const ROWS: [what: string, message: Config, becomes: RegExp][] = [
  ["a device with one component", whole({}), /^taken$/],
  ["an unknown key at the root", whole({ colour: 1 }), /^dropped.*extra keys not allowed @ data\['colour'\]/],
  ["a shared key of a newer release at the root", whole({ message_expiry_interval: 60 }), /^dropped.*message_expiry/],
  ["a shared json_attributes_topic", whole({ json_attributes_topic: "t/a" }), /^dropped.*json_attributes_topic/],
  ["a base topic at the root", whole({ "~": "t" }), /^dropped.*'~'/],
  ["no origin", whole({ origin: undefined }), /^dropped.*required key not provided @ data\['origin'\]/],
  ["an origin without a name", whole({ origin: { sw_version: "1" } }), /^dropped.*data\['origin'\]\['name'\]/],
  ["an unknown key in the origin", whole({ origin: { name: "a", home: "b" } }), /^dropped.*data\['origin'\]\['home'\]/],
  [
    "an unknown key in the device",
    whole({ device: { ...DEVICE, icon: "mdi:x" } }),
    /^dropped.*data\['device'\]\['icon'\]/,
  ],
  ["a device without identifiers", whole({ device: { name: "Desk" } }), /^dropped.*at least one identifying value/],
  ["a device with an empty list of them", whole({ device: { identifiers: [] } }), /^dropped.*identifying value/],
  ["a device by its connection", whole({ device: { connections: [["mac", "aa:bb"]] } }), /^taken$/],
  ["a connection that is no pair", whole({ device: { connections: ["aa:bb"] } }), /^dropped.*pair of strings/],
  [
    "an address of the device that is none",
    whole({ device: { ...DEVICE, configuration_url: "pikvm" } }),
    /^dropped.*url/,
  ],
  ["a version that is a number", whole({ device: { ...DEVICE, sw_version: 4.2 } }), /^taken$/],
  ["availability in two ways", whole({ availability: [], availability_topic: "t/a" }), /^dropped.*exclude each other/],
  ["availability with an unknown key", whole({ availability: [{ topic: "t/a", name: "b" }] }), /^dropped.*\['name'\]/],
  [
    "no unique id in one component",
    whole({ components: { a: POWER, b: { ...BUTTON, unique_id: undefined } } }),
    /^dropped.*\['b'\]\['unique_id'\]/,
  ],
  ["an unknown platform", one({ ...POWER, platform: "kvm" }), /^dropped.*platform/],
  ["a component that is only its platform", one({ platform: "button" }), /^taken$/],

  ["a switch without a command topic", one({ ...POWER, command_topic: undefined }), /^not desk it: required key/],
  [
    "only the wrong one of two",
    whole({ components: { a: POWER, b: { ...BUTTON, device_class: "power" } } }),
    /^not desk b: [^;]*$/,
  ],
  ["a command topic with a wildcard", one({ ...POWER, command_topic: "t/+/set" }), /^not.*topic to publish on/],
  ["a state topic with a wrong wildcard", one({ ...SENSOR, state_topic: "t/#/a" }), /^not.*topic filter/],
  ["a misspelt key", one({ ...POWER, statetopic: "t/state" }), /^ignored it: statetopic$/],
  ["a key of another platform", one({ ...BUTTON, state_topic: "t/state" }), /^ignored it: state_topic$/],
  ["a key of another platform from the root", one(BUTTON, { state_topic: "t/state" }), /^taken$/],
  ["object_id, which is gone", one({ ...POWER, object_id: "desk_power" }), /^ignored it: object_id$/],
  ["a device in a component", one({ ...POWER, device: DEVICE }), /^ignored it: device$/],
  [
    "availability from the root and another way",
    one({ ...POWER, availability_topic: "t/a" }, { availability: [{ topic: "t/b" }] }),
    /^not.*exclude each other/,
  ],
  [
    "availability of its own, in the same way",
    one({ ...POWER, availability: [{ topic: "t/a" }] }, { availability: [{ topic: "t/b" }] }),
    /^taken$/,
  ],
  ["a payload that is no text", one({ ...POWER, payload_on: true }), /^taken$/],
  ["a list for a text", one({ ...POWER, payload_on: ["ON"] }), /^not.*should be a string/],
  ["a quality of service of 3", one({ ...POWER, qos: 3 }), /^not.*one of 0, 1, 2/],
  ["an icon without a colon", one({ ...POWER, icon: "power" }), /^not.*\['icon'\]/],
  ["a switch as a setting", one({ ...POWER, entity_category: "config" }), /^taken$/],
  ["a sensor as a setting", one({ ...SENSOR, entity_category: "config" }), /^not.*Entity category 'config'/],
  [
    "a binary sensor as a setting",
    one({ ...SENSOR, platform: "binary_sensor", entity_category: "config" }),
    /^not.*Entity category/,
  ],
  ["a sensor for diagnosis", one({ ...SENSOR, entity_category: "diagnostic" }), /^taken$/],
  ["another category", one({ ...POWER, entity_category: "system" }), /^not.*one of/],
  [
    "a device class of another platform",
    one({ ...POWER, device_class: "connectivity" }),
    /^not.*one of outlet, switch/,
  ],
  ["no device class, said so", one({ ...SENSOR, device_class: null }), /^taken$/],
  [
    "a unit of another device class",
    one({ ...SENSOR, device_class: "temperature", unit_of_measurement: "%" }),
    /^not.*unit of measurement '%'/,
  ],
  ["its own unit", one({ ...SENSOR, device_class: "temperature", unit_of_measurement: "°C" }), /^taken$/],
  ["a time with a unit", one({ ...SENSOR, device_class: "timestamp", unit_of_measurement: "s" }), /^not.*no unit/],
  ["options without the class", one({ ...SENSOR, options: ["a"] }), /^not.*needs device_class 'enum'/],
  [
    "options and a unit",
    one({ ...SENSOR, device_class: "enum", options: ["a"], unit_of_measurement: "s" }),
    /^not.*exclude/,
  ],
  ["no options", one({ ...SENSOR, device_class: "enum", options: [] }), /^not.*length of value/],
  ["options", one({ ...SENSOR, device_class: "enum", options: ["a"] }), /^taken$/],
  ["a select without options", one({ ...POWER, platform: "select" }), /^not.*\['options'\]/],
  ["a select with an empty list of them", one({ ...POWER, platform: "select", options: [] }), /^taken$/],
  ["a text of 256 characters", one({ ...TEXT, max: 256 }), /^not.*0 to 255/],
  ["a text from 5 to 5", one({ ...TEXT, min: 5, max: 5 }), /^not.*max must be > min/],
  ["a text of a pattern that is none", one({ ...TEXT, pattern: "(" }), /^not.*regular expression/],
  ["a number from 100 by default", one({ ...NUMBER, min: 100 }), /^not.*max must be > min/],
  ["a step of nothing", one({ ...NUMBER, step: 0 }), /^not.*0.001/],
  [
    "an image without a topic",
    one({ ...IMAGE, image_topic: undefined }),
    /^not.*at least one of image_topic, url_topic/,
  ],
  ["an image with both", one({ ...IMAGE, url_topic: "t/url" }), /^not.*exclude each other/],
  ["an event without types", one({ ...EVENT, event_types: undefined }), /^not.*\['event_types'\]/],
  [
    "an update that can be commanded to nothing",
    one({ ...POWER, platform: "update", state_topic: "t" }),
    /^not.*payload_install/,
  ],

  ["an abbreviation at the root", whole({ dev: DEVICE }), /^the model of Home Assistant has no abbreviation dev$/],
  ["an abbreviation in the device", whole({ device: { ids: "1" } }), /no abbreviation ids$/],
  ["an abbreviation in a component", one({ ...POWER, stat_t: "t" }), /no abbreviation stat_t$/],
  ["a base topic in a component", one({ ...POWER, "~": "t" }), /no abbreviation ~$/],
  ["a migration", { migrate_discovery: true }, /no migrate_discovery$/],
  ["a platform that no KVM has", one({ ...POWER, platform: "vacuum" }), /no platform vacuum$/],
  [
    "a unit that is not in its list",
    one({ ...SENSOR, device_class: "ph", unit_of_measurement: "pH" }),
    /no units of .* ph$/,
  ],
];

for (const [what, message, becomes] of ROWS) test(what, () => assert.match(verdict(message), becomes));

test("no message is taken that is no JSON object", () => {
  for (const payload of ["", "online", "[]", "null", "1"])
    assert.throws(() => readDiscovery(payload, SPOT), /Unable to parse JSON desk/);
});

test("ids have letters, digits, - and _ only", () => {
  const id = (topic: string): string => placeOf(topic, "ha/prefix").id;
  assert.equal(id("ha/prefix/device/desk-1_A/config"), "desk-1_A");
  assert.equal(id("ha/prefix/device/node/desk/config"), "desk node");
  assert.throws(() => id("ha/prefix/device/desk.1/config"), Refused);
  assert.throws(() => id("ha/prefix/device/né/config"), Refused);
});
