/** A recorded macro as the computer sees it: how late its keys come, in milliseconds. */
import pikvm from "../../dist/src/client/index.js";
import simulator from "../../dist/src/simulator/index.js";
import { LOGIN } from "./login.mjs";
import { median } from "./measure.mjs";

/** Milliseconds from one press to the next, and from a press to its release. */
const PACE = 100;
const HELD = 46;

/** Plays a macro that takes so many seconds. @returns how late the last key came, and most of them, after the first. */
export async function lateness(seconds) {
  const sim = await simulator.startSimulator({ tls: false, passwd: LOGIN.password });
  const kvm = await new pikvm.PiKVM({ address: sim.url, ...LOGIN }).open();
  const presses = (1000 * seconds) / PACE;
  await kvm.macros.play(Array.from({ length: presses }, () => tap()).flat());
  const times = sim.host.keyEvents.filter(({ state }) => state).map(({ at }) => at);
  await kvm.close();
  await sim.close();
  const late = times.map((at, index) => at - times[0] - index * PACE);
  return { presses: times.length, last: late.at(-1), usual: median(late.map(Math.abs)) };
}

function tap() {
  const key = (state) => ({ event_type: "key", event: { key: "KeyA", state } });
  const delay = (millis) => ({ event_type: "delay", event: { millis } });
  return [key(true), delay(HELD), key(false), delay(PACE - HELD)];
}
