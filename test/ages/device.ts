import type { TestContext } from "node:test";
import { PiKVM } from "../../src/client";
import { scaledClock, startSimulator, type Simulator, type SimulatorOptions } from "../../src/simulator";
import { STATES } from "./states";

export const AGES = Object.keys(STATES);

/** A device of some age, with a relay board and two images, and its computer. */
export async function deviceOf(kvmd: string, options: SimulatorOptions = {}): Promise<Simulator> {
  const images = { "a.iso": 1_000, "b.img": 2_000 };
  const simulator = await startSimulator({ kvmd, images, clock: scaledClock(10), tls: false, ...options });
  const { gpio } = simulator.state;
  gpio.addOutput("relay", { pin: "5", pulse: { delay: 0.1 } });
  gpio.addInput("door", { pin: "4", state: true });
  const row = [
    { type: "label", text: "Fan" },
    { type: "input", channel: "door", color: "green" },
    { type: "output", channel: "relay", text: "Click", confirm: false, hide: false },
  ];
  gpio.model = { ...gpio.model, view: { header: { title: [{ type: "label", text: "GPIO" }] }, table: [row, null] } };
  return simulator;
}

/** The same, and a client of it, both ended with the test. */
export async function bench(t: TestContext, kvmd: string, options: SimulatorOptions = {}) {
  const sim = await deviceOf(kvmd, options);
  const kvm = await new PiKVM({ address: sim.url, user: "admin", password: "admin", videoIdle: 0 }).open();
  t.after(async () => {
    await kvm.close();
    await sim.close();
  });
  return { sim, kvm };
}
