import { isRecord } from "../http/shape";

/**
 * The ATX state with a true power LED. GL.iNet's add-on board has no LEDs and shows them as off for ever; there the
 * device says in `power` whether the computer is on.
 */
export function truePower<S extends object>(atx: S): S {
  if (!("power" in atx) || !("leds" in atx) || !isRecord(atx.leds)) return atx;
  const { power, leds } = atx;
  return power === "on" || power === "off" ? { ...atx, leds: { ...leds, power: power === "on" } } : atx;
}
