import type { Button } from "./keys";
import type { Point } from "./squash";

/** Keyboard and mouse, as whoever types and points sees them. */
export interface HidDevice {
  /** @param finish - Lets go of the key right after it was pressed, unless it is one that stays held. */
  key(key: string, state: boolean, finish?: boolean): void;
  button(button: Button, state: boolean): void;
  move(to: Point): void;
  /** @param squash - Neighbouring movements become one report. */
  relative(deltas: readonly Point[], squash: boolean): void;
  wheel(deltas: readonly Point[], squash: boolean): void;
}
