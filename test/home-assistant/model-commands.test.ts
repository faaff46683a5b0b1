import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { anyBroker } from "../harness/any-broker";
import { Desk, message, POWER } from "./desk";

const ALL = {
  power: POWER,
  plain: { ...POWER, unique_id: "plain", name: "plain", state_topic: undefined, payload_on: "1", payload_off: "0" },
  reset: { platform: "button", unique_id: "reset", name: "reset", command_topic: "t/reset" },
  wake: { platform: "button", unique_id: "wake", name: "wake", command_topic: "t/wake", payload_press: "" },
  image: { platform: "select", unique_id: "image", name: "image", command_topic: "t/image", options: ["a", "b"] },
  type: { platform: "text", unique_id: "type", name: "type", command_topic: "t/type", state_topic: "t/typed", max: 5 },
  jiggler: { platform: "number", unique_id: "jiggler", name: "jiggler", command_topic: "t/jiggler", max: 60 },
  say: { platform: "notify", unique_id: "say", name: "say", command_topic: "t/say" },
  firmware: {
    ...{ platform: "update", unique_id: "firmware", name: "firmware", state_topic: "t/version" },
    ...{ command_topic: "t/install", payload_install: "install" },
  },
  kept: { ...POWER, unique_id: "kept", name: "kept", retain: true, optimistic: true, command_topic: "t/kept" },
  hidden: { ...POWER, unique_id: "hidden", name: "hidden", enabled_by_default: false },
  away: { ...POWER, unique_id: "away", name: "away", availability_topic: "t/away" },
};

describe("Home Assistant", () => {
  const desk = Desk.duringTests(anyBroker());

  test("publishes what a person does, and believes itself only where nobody tells it", async () => {
    const home = await desk.homeAssistant();
    await desk.tell(message(ALL));
    const said: [topic: string, payload: string, act: () => Promise<void>, id: string, state: string][] = [
      ["t/set", "ON", () => home.turnOn("switch.desk_power"), "switch.desk_power", "unknown"],
      ["t/set", "OFF", () => home.turnOff("switch.desk_power"), "switch.desk_power", "unknown"],
      ["t/set", "1", () => home.turnOn("switch.desk_plain"), "switch.desk_plain", "on"],
      ["t/set", "0", () => home.turnOff("switch.desk_plain"), "switch.desk_plain", "off"],
      ["t/reset", "PRESS", () => home.press("button.desk_reset"), "button.desk_reset", "unknown"],
      ["t/wake", "", () => home.press("button.desk_wake"), "button.desk_wake", "unknown"],
      ["t/image", "b", () => home.select("select.desk_image", "b"), "select.desk_image", "b"],
      ["t/type", "hello", () => home.type("text.desk_type", "hello"), "text.desk_type", "unknown"],
      ["t/jiggler", "30", () => home.setNumber("number.desk_jiggler", 30), "number.desk_jiggler", "30"],
      ["t/say", "x".repeat(300), () => home.notify("notify.desk_say", "x".repeat(300)), "notify.desk_say", "unknown"],
      ["t/install", "install", () => home.install("update.desk_firmware"), "update.desk_firmware", "unknown"],
      ["t/kept", "ON", () => home.turnOn("switch.desk_kept"), "switch.desk_kept", "on"],
    ];
    for (const [topic, payload, act, id, state] of said) {
      await act();
      await desk.topics.untilSaid(topic, payload);
      assert.equal(home.entity(id).state, state, id);
    }
    assert.equal((await desk.topics.retained()).get("t/kept"), "ON");
    assert.deepEqual([home.log, home.ignored], [[], []]);
  });

  test("does nothing that a person could not do", async () => {
    const home = await desk.homeAssistant();
    await desk.tell(message(ALL));
    const refused: [why: RegExp, act: () => Promise<void>][] = [
      [/there is no switch.other, only switch.desk_power, /, () => home.turnOn("switch.other")],
      [/is no button/, () => home.press("switch.desk_power")],
      [/is unavailable/, () => home.turnOn("switch.desk_away")],
      [/is disabled/, () => home.turnOn("switch.desk_hidden")],
      [/Option c is not valid/, () => home.select("select.desk_image", "c")],
      [/6 characters/, () => home.type("text.desk_type", "secret")],
      [/Invalid value: 61/, () => home.setNumber("number.desk_jiggler", 61)],
    ];
    for (const [why, act] of refused) await assert.rejects(act, why);
    assert.deepEqual(desk.topics.on("t/set"), []);
    home.enable("switch.desk_hidden");
    await home.turnOn("switch.desk_hidden");
    await desk.topics.untilSaid("t/set", "ON");
  });
});
