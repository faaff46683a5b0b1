import type { AtxState } from "../events/states";
import { unlooked, type Buttons } from "./buttons";
import { GpioButtons } from "./gpio-buttons";
import { ledOf, type Knowledge } from "./knowledge";
import { senseOf, type Sense, type SenseParts } from "./sense";
import { Sensed } from "./sensed";
import type { PowerSettings } from "./settings";

/** What presses the buttons of the computer, and how it is known whether it is on. */
export function powerParts(
  settings: PowerSettings,
  parts: SenseParts,
): { buttons: Buttons<AtxState>; knowledge: Knowledge<AtxState>; sense: Sense } {
  const sense = senseOf(settings, parts);
  const { knownBy = "led", pressedBy = "atx" } = settings;
  if (pressedBy === "gpio") {
    const buttons = new GpioButtons(parts.gpio, settings);
    return { buttons, knowledge: new Sensed(buttons, sense), sense };
  }
  // The device itself looks at the LED once more, and at nothing else.
  if (knownBy === "led") return { buttons: parts.atx, knowledge: ledOf(parts.atx, sense.kind), sense };
  const buttons = unlooked(parts.atx);
  return { buttons, knowledge: new Sensed(buttons, sense), sense };
}
