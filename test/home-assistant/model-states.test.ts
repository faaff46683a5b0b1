import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { anyBroker } from "../harness/any-broker";
import { until } from "../harness/until";
import type { Config } from "./check";
import { Desk, HEAT, message, POWER } from "./desk";
import { NotModelled } from "./refused";

const SELECT = { platform: "select", name: "it", command_topic: "t/set", options: ["a.iso", "nothing"] };
const SENSOR = { platform: "sensor", name: "it" };
const NUMBER = { platform: "number", name: "it", command_topic: "t/set", max: 60 };
const TEXT = { platform: "text", name: "it", command_topic: "t/set", max: 5, pattern: "^[a-z]*$" };
const EVENT = { platform: "event", name: "it", event_types: ["lost", "seen"] };

/** What is told to which component, what it then is (a text or a pattern), and what the log or `ignored` says. */
const ROWS: [what: string, component: Config, payloads: string[], state: string | RegExp, said?: RegExp][] = [
  ["a switch that is on", POWER, ["ON"], "on"],
  ["a switch by its own words", { ...POWER, payload_on: "press", state_on: "lit", state_off: "dark" }, ["lit"], "on"],
  ["a switch whose states are its commands", { ...POWER, payload_off: "down" }, ["down"], "off"],
  ["a switch that hears true", { ...POWER, payload_on: true }, ["ON", "True"], "on", /'ON', which is neither/],
  ["a switch in other case", POWER, ["OFF", "on"], "off", /'on', which is neither on nor off/],
  ["a switch that is not known", POWER, ["ON", "None"], "unknown"],
  ["a member of an object", { ...POWER, value_template: "{{ value_json.power }}" }, ['{"power":"ON"}'], "on"],
  ["one by another notation", { ...POWER, value_template: "{{ value_json['po wer'] }}" }, ['{"po wer":"ON"}'], "on"],
  [
    "true as Python writes it",
    { ...POWER, state_on: "True", value_template: "{{value_json.a}}" },
    ['{"a":true}'],
    "on",
  ],
  [
    "null as Python writes it",
    { ...POWER, value_template: "{{ value_json.a }}" },
    ['{"a":"ON"}', '{"a":null}'],
    "unknown",
  ],
  [
    "another word for one payload",
    { ...POWER, value_template: "{{ 'OFF' if value == 'ASLEEP' else value }}" },
    ["ON", "ASLEEP"],
    "off",
  ],
  [
    "any other payload than that",
    { ...POWER, value_template: "{{ 'OFF' if value == 'ASLEEP' else value }}" },
    ["ON"],
    "on",
  ],
  ["always the same", { ...POWER, value_template: "ON" }, ["x"], "on"],
  ["a member that is missing", { ...SENSOR, value_template: "{{ value_json.a }}" }, ['{"b":1}'], "", /no 'a' when/],
  ["what is no object", { ...SENSOR, value_template: "{{ value_json.a }}" }, ["x"], "", /no 'a' when rendering/],

  ["a binary sensor", { ...SENSOR, platform: "binary_sensor", device_class: "connectivity" }, ["ON"], "on"],
  ["one that hears something else", { ...SENSOR, platform: "binary_sensor" }, ["ON", ""], "on", /neither on nor off/],

  ["a number", { ...HEAT, name: "it" }, ["41.5"], "41.5"],
  ["a number that is none", { ...HEAT, name: "it" }, ["41", "hot"], "41", /a numeric value is expected, it has 'hot'/],
  ["a number that is empty", { ...HEAT, name: "it" }, ["41", ""], "41", /empty payload for a number/],
  ["a number because of its unit", { ...SENSOR, unit_of_measurement: "fps" }, ["1", "slow"], "1", /numeric/],
  ["a number because it is measured", { ...SENSOR, state_class: "measurement" }, ["1", "slow"], "1", /numeric/],
  ["a text that is empty", SENSOR, ["4.82", ""], ""],
  ["a text of 255 characters", SENSOR, ["x".repeat(255)], "x".repeat(255)],
  ["a text of 256", SENSOR, ["4.82", "x".repeat(256)], "unknown", /256 characters is too long/],
  ["a word of its list", { ...SENSOR, device_class: "enum", options: ["a", "b"] }, ["b"], "b"],
  ["a word that is not", { ...SENSOR, device_class: "enum", options: ["a", "b"] }, ["b", "c"], "b", /invalid option/],
  ["a time", { ...SENSOR, device_class: "timestamp" }, ["2026-11-29T02:00:00Z"], "2026-11-29T02:00:00Z"],
  [
    "a time without zone",
    { ...SENSOR, device_class: "timestamp" },
    ["2026-11-29T02:00:00"],
    "unknown",
    /Invalid state/,
  ],
  ["what is too old", { ...SENSOR, expire_after: 3600 }, [], "unavailable"],
  ["what is not yet", { ...SENSOR, expire_after: 3600 }, ["1"], "1"],

  ["an option", SELECT, ["a.iso"], "a.iso"],
  ["another one", SELECT, ["a.iso", "b.iso"], "a.iso", /Invalid option: 'b.iso'/],
  ["no option, in any case", SELECT, ["a.iso", "none"], "unknown"],
  ["an empty option", SELECT, ["a.iso", ""], "a.iso", /empty payload/],

  ["a typed text", TEXT, ["abc"], "abc"],
  ["an empty one", TEXT, ["abc", ""], ""],
  ["one that is too long", TEXT, ["abc", "abcdef"], "abc", /6 characters, 0 to 5/],
  ["one that does not match", TEXT, ["abc", "AB"], "abc", /does not match/],

  ["seconds", NUMBER, ["30"], "30"],
  ["too many", NUMBER, ["30", "61"], "30", /Invalid value: 61 \(range 1 - 60\)/],
  ["seconds that are no number", NUMBER, ["30", "often"], "30", /'often' is not a Number/],
  ["seconds that are reset", NUMBER, ["30", "None"], "unknown"],

  ["an event", EVENT, ['{"event_type":"lost","code":"X"}'], /^\d{4}-/],
  ["an event of another type", EVENT, ['{"event_type":"found"}'], "unknown", /Invalid event type "found"/],
  ["an event without a type", EVENT, ['{"code":"X"}'], "unknown", /Invalid event type/],
  ["an event that is no object", EVENT, ["lost"], "unknown", /No valid JSON event payload/],
  ["an empty event", EVENT, ["{}"], "unknown", /retained or empty/],

  ["a version", { ...SENSOR, platform: "update" }, ["4.82"], "unknown"],
  ["a newer version", { ...SENSOR, platform: "update" }, ['{"installed_version":"1","latest_version":"2"}'], "on"],
];

describe("Home Assistant", () => {
  const desk = Desk.duringTests(anyBroker());

  test("takes states as each platform does", async () => {
    const home = await desk.homeAssistant();
    const components = ROWS.map(([, component], index) => [
      `row${index}`,
      { ...component, unique_id: `${index}`, default_entity_id: `x.${index}`, state_topic: `row/${index}` },
    ]);
    await desk.tell(message(Object.fromEntries(components) as Config));
    assert.deepEqual([home.log, home.ignored], [[], []]);
    for (const [index, [what, component, payloads, state, said]] of ROWS.entries()) {
      for (const payload of payloads) await desk.say(`row/${index}`, payload);
      const found = home.entity(`${String(component["platform"])}.${index}`).state;
      const lines = [...home.log.splice(0), ...home.ignored.splice(0)].join("\n");
      assert.match(found, asPattern(state), `${what} is ${found}`);
      assert.match(lines, said ?? /^$/, `${what}: ${lines}`);
    }
  });

  test("a state that is retained is there at once, an event that is retained is not", async () => {
    const home = await desk.homeAssistant();
    await desk.say("t/state", "ON", true);
    await desk.say("t/event", '{"event_type":"lost"}', true);
    await desk.tell(message({ power: POWER, event: { ...EVENT, unique_id: "event", state_topic: "t/event" } }));
    await home.untilState("switch.desk_power", "on");
    await until(() => home.ignored.length > 0, { what: "an ignored event" });
    assert.equal(home.entity("event.desk_it").state, "unknown");
    await desk.say("t/event", '{"event_type":"seen","name":"x","text":"ok"}');
    assert.deepEqual(home.entity("event.desk_it").attributes, { event_type: "seen", name: "x", text: "ok" });
  });

  test("a second entity on a topic is told what is retained, and no topic that stays is told again", async () => {
    const home = await desk.homeAssistant();
    await desk.say("t/state", "a.iso", true);
    const select = { ...SELECT, unique_id: "image", name: "Image", state_topic: "t/state" };
    await desk.tell(message({ select }));
    await home.untilState("select.desk_image", "a.iso");
    await desk.say("t/state", "nothing");
    const other = { ...SENSOR, unique_id: "image", name: "Image", state_topic: "t/state" };
    await desk.tell(message({ select, other }));
    await home.untilState("sensor.desk_image", "a.iso");
    assert.equal(home.entity("select.desk_image").state, "nothing");
    await desk.tell(message({ select: { ...select, options: ["b.iso"] }, other }));
    assert.equal(home.entity("select.desk_image").state, "unknown");
    await desk.say("t/state", "b.iso", true);
    assert.equal(home.entity("select.desk_image").state, "b.iso");
    assert.deepEqual(home.log, []);
  });

  test("pictures are bytes, attributes an object without what an entity has itself", async () => {
    const home = await desk.homeAssistant();
    const screen = { platform: "image", unique_id: "screen", name: "Screen", image_topic: "t/jpeg" };
    const still = { platform: "camera", unique_id: "still", name: "Still", topic: "t/b64", image_encoding: "b64" };
    const heat = { ...HEAT, json_attributes_topic: "t/more" };
    await desk.tell(message({ screen, still, heat }));
    const bytes = Buffer.of(0xff, 0xd8, 0x80, 0);
    await desk.say("t/jpeg", bytes);
    await desk.say("t/b64", bytes.toString("base64"));
    assert.deepEqual(home.entity("image.desk_screen").picture, { bytes, contentType: "image/jpeg" });
    assert.deepEqual(home.entity("camera.desk_still").picture, { bytes, contentType: "image/jpeg" });
    await desk.say("t/more", '{"cpu":1,"state":2,"name":3}');
    await desk.say("t/more", "[]");
    assert.deepEqual(home.entity("sensor.desk_temperature").attributes, { cpu: 1 });
    assert.match(String(home.log), /JSON result was not a dictionary/);
  });

  test("what the model lacks fails whatever is asked next", async () => {
    const home = await desk.homeAssistant();
    await desk.tell(message({ power: { ...POWER, value_template: "{{ value | int }}" } }));
    await assert.rejects(desk.say("t/state", "ON"), /no template \{\{ value \| int \}\}/);
    assert.throws(() => home.entities, NotModelled);
    await assert.rejects(home.close(), NotModelled);
  });
});

const asPattern = (state: string | RegExp): RegExp => (typeof state === "string" ? new RegExp(`^${state}$`) : state);
