import type { PressOptions } from "./atx";
import type { CallOptions } from "../http/transport";

/** What is known of the buttons and LEDs of one computer, at least. */
export interface ButtonsState {
  /** False when they are switched off in the device's configuration. */
  enabled?: boolean;
  /** A button is being pressed. */
  busy: boolean;
  leds: { power: boolean; hdd: boolean };
}

export type Press = (options: PressOptions) => Promise<void>;

/** The buttons and LEDs of one computer, call by call: `Atx`, or those behind a port of the switch. */
export interface Buttons<S extends ButtonsState> extends Record<ButtonCall, Press> {
  getState(options: CallOptions): Promise<S>;
}

type ButtonCall =
  "powerOn" | "powerOff" | "powerOffHard" | "resetHard" | "clickPower" | "clickPowerLong" | "clickReset";
