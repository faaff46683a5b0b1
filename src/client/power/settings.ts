import type { PowerPresser, PowerSource } from "../vocabulary";

/** How a computer's power is known and its buttons are pressed, where that is not the ATX board. */
export interface PowerSettings {
  /** Default `led`. */
  knownBy?: PowerSource;
  /** For `gpio`: the input that reads true while the computer is on, by name or label. */
  input?: string;
  /**
   * For `video` and `usb`: seconds without it, 1 to 300, after which the computer counts as off. While it starts, a
   * computer sends no picture for seconds, and its USB port is off and on. Default 15.
   */
  offAfter?: number;
  /** Default `atx`. */
  pressedBy?: PowerPresser;
  /** For `gpio`: the output that presses the power button, by name or label. It must be one that can be pulsed. */
  powerOutput?: string;
  /** The same for the reset button. Without one, nothing can be reset. */
  resetOutput?: string;
}

export const OFF_AFTER = { min: 1, max: 300, unit: " s" };
