/** A recorded macro as the simulated computer sees it: how late its keys come. */
import path from "node:path";
import { median } from "../measure.mjs";

export const title = "A recorded macro";

/** Milliseconds from one press to the next, and from a press to its release. */
const PACE = 100;
const HELD = 46;

export function rows({ short }) {
  const seconds = short ? 5 : 60;
  return [
    {
      title: `macro of ${seconds} s`,
      rounds: 1,
      warmUp: false,
      measured: ["macro", { seconds }],
      // What runs beside it shows in a short one.
      absolute: { drift: { most: 1, mustHold: !short }, late: {} },
    },
  ];
}

export async function prepare({ checkout }) {
  const built = async (file) => (await import(path.join(checkout, "dist/src", file))).default;
  const { PiKVM } = await built("client/index.js");
  const { startSimulator } = await built("simulator/index.js");
  return {
    async macro({ seconds }) {
      const sim = await startSimulator({ tls: false, passwd: "admin" });
      const kvm = await new PiKVM({ address: sim.url, user: "admin", password: "admin" }).open();
      await kvm.macros.play(Array.from({ length: (1000 * seconds) / PACE }, tap).flat());
      const times = sim.host.keyEvents.filter(({ state }) => state).map(({ at }) => at);
      await kvm.close();
      await sim.close();
      const late = times.map((at, index) => at - times[0] - index * PACE);
      return { drift: Math.abs(late.at(-1) / (10 * seconds)), late: median(late.map(Math.abs)) };
    },
  };
}

function tap() {
  const key = (state) => ({ event_type: "key", event: { key: "KeyA", state } });
  const delay = (millis) => ({ event_type: "delay", event: { millis } });
  return [key(true), delay(HELD), key(false), delay(PACE - HELD)];
}
