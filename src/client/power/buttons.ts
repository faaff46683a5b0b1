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

type Press = (options: PressOptions) => Promise<void>;

/** The buttons and LEDs of one computer, call by call: `Atx`, or those behind a port of the switch. */
export interface Buttons<S extends ButtonsState> extends Record<ButtonCall, Press> {
  getState(options: CallOptions): Promise<S>;
  /** @throws the error of a press that cannot be made, where that can be known before. */
  check?(call: ButtonCall, options: CallOptions): Promise<void>;
}

export type ButtonCall =
  | "powerOn"
  | "powerOff"
  | "powerOffHard"
  | "resetHard"
  | "clickPower"
  | "clickPowerLong"
  | "clickReset";

/** The same buttons without a look at the LED: where that says nothing, the device would press wrongly, or not at all. */
export const unlooked = <S extends ButtonsState>(buttons: Buttons<S>): Buttons<S> => ({
  getState: (options) => buttons.getState(options),
  powerOn: (options) => buttons.clickPower(options),
  powerOff: (options) => buttons.clickPower(options),
  powerOffHard: (options) => buttons.clickPowerLong(options),
  resetHard: (options) => buttons.clickReset(options),
  clickPower: (options) => buttons.clickPower(options),
  clickPowerLong: (options) => buttons.clickPowerLong(options),
  clickReset: (options) => buttons.clickReset(options),
});
