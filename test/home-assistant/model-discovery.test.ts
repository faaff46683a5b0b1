import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { anyBroker } from "../harness/any-broker";
import { Desk, DEVICE, HEAT, idsOf, message, POWER, TOPIC } from "./desk";

describe("Home Assistant", () => {
  const desk = Desk.duringTests(anyBroker());

  test("has another prefix, with slashes, and another topic of its birth", async () => {
    const home = await desk.homeAssistant({ prefix: "my/home", statusTopic: "my/status" });
    await desk.topics.untilSaid("my/status", "online");
    await desk.tell(message({ power: POWER }));
    assert.deepEqual(idsOf(home), []);
    await desk.tell(message({ power: POWER }), "my/home/device/node/desk/config");
    assert.deepEqual(idsOf(home), ["switch.desk_power"]);
  });

  test("what is told about a single component is found too", async () => {
    const home = await desk.homeAssistant();
    await desk.tell({ ...POWER, device: DEVICE }, "homeassistant/switch/desk/power/config");
    assert.deepEqual(idsOf(home), ["switch.desk_power"]);
    await desk.tell("", "homeassistant/switch/desk/power/config");
    assert.deepEqual(idsOf(home), []);
  });

  test("names follow the device, and an entity keeps its id", async () => {
    const home = await desk.homeAssistant();
    const named = { ...POWER, default_entity_id: "switch.my_power" };
    const bare = { ...POWER, unique_id: "bare", default_entity_id: "my_power" };
    const main = { ...POWER, unique_id: "main", name: null };
    await desk.tell(message({ named, bare, main, again: { ...POWER, unique_id: "again", name: null } }));
    assert.deepEqual(idsOf(home), ["switch.my_power", "switch.unnamed_device", "switch.desk", "switch.desk_2"]);
    assert.equal(home.entity("switch.desk").name, "Desk");
    await desk.tell(message({ named: { ...named, name: "Mains", default_entity_id: "switch.other" } }));
    assert.equal(home.entity("switch.my_power").name, "Desk Mains");
    assert.deepEqual(home.log, []);
    await desk.tell(message({ twice: { ...HEAT, name: "Desk heat" } }));
    assert.match(String(home.log), /the name begins with "Desk"/);
  });

  test("what is left out stays, and is an orphan; what is sent with its platform alone is gone", async () => {
    const home = await desk.homeAssistant();
    await desk.tell(message({ power: POWER, heat: HEAT }));
    await desk.tell(message({ power: POWER }));
    assert.deepEqual(idsOf(home), ["switch.desk_power", "sensor.desk_temperature"]);
    assert.deepEqual(home.orphans, ["sensor.desk_temperature"]);
    await desk.tell(message({ power: POWER, heat: { platform: "sensor" } }));
    assert.deepEqual([idsOf(home), home.orphans], [["switch.desk_power"], []]);
  });

  test("an empty message removes the device, and so does a person, by emptying its topic", async () => {
    const home = await desk.homeAssistant();
    await desk.tell(message({ power: POWER, heat: { ...HEAT, enabled_by_default: false } }));
    await desk.tell("");
    assert.deepEqual([idsOf(home), home.devices, home.orphans], [[], [], []]);
    await desk.tell(message({ power: POWER }));
    await home.deleteDevice("Desk");
    await desk.topics.untilSaid(TOPIC, "");
    assert.equal((await desk.topics.retained()).has(TOPIC), false);
    assert.deepEqual([idsOf(home), home.orphans], [[], []]);
  });

  test("a renamed key is another component, whose id is taken", async () => {
    const home = await desk.homeAssistant();
    await desk.tell(message({ power: POWER }));
    await desk.tell(message({ mains: POWER }));
    assert.match(String(home.log), /does not generate unique IDs. ID power already exists - ignoring desk mains/);
    assert.deepEqual(idsOf(home), ["switch.desk_power"]);
  });

  test("what is wrong in one component drops it alone, and only until it is right", async () => {
    const home = await desk.homeAssistant();
    await desk.tell(message({ power: POWER, heat: { ...HEAT, entity_category: "config" } }));
    assert.match(String(home.log), /^Error 'Entity category 'config' is not allowed' when processing MQTT discovery/);
    assert.deepEqual(idsOf(home), ["switch.desk_power"]);
    await desk.tell(message({ power: POWER, heat: HEAT }));
    assert.deepEqual(idsOf(home), ["switch.desk_power", "sensor.desk_temperature"]);
  });

  test("what is wrong at the root drops all of it, and what was there stays", async () => {
    const home = await desk.homeAssistant();
    await desk.tell(message({ power: POWER }));
    await desk.tell(message({ heat: HEAT }, { colour: 1 }));
    await desk.tell("online");
    await desk.tell(message({ heat: HEAT }), "homeassistant/device/desk.1/config");
    const [root, json, id] = home.log;
    assert.match(String(root), /^Invalid MQTT device discovery payload for desk, extra keys not allowed/);
    assert.match(String(json), /^Unable to parse JSON desk: 'online'/);
    assert.match(String(id), /illegal discovery topic 'homeassistant\/device\/desk.1\/config'/);
    assert.deepEqual(idsOf(home), ["switch.desk_power"]);
  });

  test("a message that comes while the one before it is in work is half lost; told again it is taken", async () => {
    const home = await desk.homeAssistant({ inWork: Infinity });
    await desk.tell(message({ power: POWER }));
    await desk.tell(message({ power: POWER }));
    assert.deepEqual(home.log, []);
    await desk.tell(message({ power: POWER, heat: HEAT }));
    assert.deepEqual(idsOf(home), ["switch.desk_power"]);
    assert.match(String(home.log), /only the first component was taken/);
    await desk.tell(message({ heat: HEAT, power: { platform: "switch" } }));
    assert.deepEqual(idsOf(home), ["switch.desk_power", "sensor.desk_temperature"]);
    assert.deepEqual(home.orphans, ["switch.desk_power"]);
    const patient = await desk.homeAssistant();
    await desk.tell(message({ power: POWER }));
    await desk.tell(message({ power: POWER, heat: HEAT }));
    assert.deepEqual([idsOf(patient).length, patient.log], [2, []]);
    await home.close();
  });
});
