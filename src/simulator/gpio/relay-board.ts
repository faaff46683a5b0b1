import type { Gpio } from "./gpio";
import type { JsonObject } from "../api/python";

const label = (text: string): JsonObject => ({ type: "label", text });
const input = (channel: string, color: string): JsonObject => ({ type: "input", channel, color });
const output = (channel: string, text: string, confirm = false): JsonObject => {
  return { type: "output", channel, confirm, hide: false, text };
};

/** What people wire to a device: two relays, a bell and a reset line, a door, and a contact that the first relay closes. */
export function attachRelayBoard(gpio: Gpio): void {
  gpio.addInput("door", { pin: "5" });
  gpio.addInput("contact", { pin: "6" });
  gpio.addOutput("relay1", { driver: "relay", pin: "0", pulse: { delay: 0.5, min: 0.1, max: 5 } });
  gpio.addOutput("relay2", { driver: "relay", pin: "1", state: true });
  gpio.addOutput("bell", { pin: "13", switch: false, pulse: { delay: 1, min: 0.1, max: 3 } });
  gpio.addOutput("reset", { pin: "19", switch: false, pulse: { delay: 0.2 } });
  gpio.contacts.set("contact", "relay1");
  gpio.drivers.set("relay", { type: "HidRelay" });
  gpio.model.view = {
    header: { title: [label("Relay board")] },
    table: [
      [label("Door"), input("door", "green")],
      null,
      [label("Lamp"), output("relay1", "Click"), input("contact", "yellow")],
      [label("Server"), output("relay2", "Power", true)],
      [label("Bell"), output("bell", "Ring")],
      [label("Reset"), output("reset", "Reset", true)],
    ],
  };
}
