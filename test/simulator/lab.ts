/** The GPIO of the device that was recorded: its scheme, its view and what is behind it. */
import type { Simulator } from "../../src/simulator";
import type { GpioChannels, GpioModel } from "../../src/simulator/gpio/gpio-model";
import { float, type Json, type JsonObject } from "../../src/simulator/api/python";
import { exchange } from "../recordings/exchanges";

export function labGpio({ state }: Simulator): void {
  const { gpio } = state;
  const { model, state: channels } = (exchange("gpio-state").body_json as { result: JsonObject }).result; // the device's envelope
  gpio.model = withFloats(model ?? null) as GpioModel; // the device's shape
  gpio.channels = structuredClone(channels) as unknown as GpioChannels; // likewise
  gpio.hidden.add("__v4_const1__");
  gpio.drivers.set("dummy", { type: "No-operation", readable: false });
  for (const [name, takes, works] of [["cmd_ok", 40, true], ["cmd_slow", 3000, true], ["cmd_fail", 0, false]] as const) gpio.drivers.set(name, { type: "CMD", readable: false, takes, works }); // prettier-ignore
}

/** The lengths of pulses, which a recording holds as JavaScript's whole numbers. */
function withFloats(value: Json, key = ""): Json {
  if (typeof value === "number" && key.endsWith("delay")) return float(value);
  if (Array.isArray(value)) return value.map((item) => withFloats(item as Json)); // Array.isArray forgets what the items are
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, inner]) => [name, withFloats(inner, name)]),
  );
}
