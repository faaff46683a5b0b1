import { type AtxAction, type AtxButton, BUTTON_OF } from "../system/atx";
import { ignoreStop, type Timers } from "../clock";
import { Host } from "../host/host";
import type { Float } from "../api/python";

export const CLICK_DELAYS = { power: 0.5, power_long: 5.5, reset: 0.5 } as const;
export const PORTS_PER_UNIT = 4;
export const MAX_UNITS = 5;

/** What is remembered about a port, whether or not there is a unit that has it. */
export interface PortSettings {
  edid: string;
  name: string;
  dummy: boolean;
  /** Seconds. */
  readonly delays: Record<AtxButton, Float | number>;
}

/** A socket of a unit, and the computer that is plugged into it. */
export class SwitchPort {
  readonly #timers: Timers;
  readonly #changed: () => void;
  readonly host: Host;
  video = true;
  usb = true;
  beacon = false;
  busy = false;

  constructor(timers: Timers, changed: () => void) {
    this.#timers = timers;
    this.#changed = changed;
    this.host = new Host(timers.clock);
    this.host.onLeds = changed;
  }

  /** Does nothing when the LED says that there is nothing to do. */
  power(action: AtxAction, settings: PortSettings): void {
    if (this.host.power !== (action === "on")) this.click(BUTTON_OF[action], settings);
  }

  /** Dropped without a word while another one lasts. */
  click(button: AtxButton, { delays }: PortSettings): void {
    if (this.busy) return;
    this.#hold(button, Number(delays[button]) * 1000).catch(ignoreStop);
  }

  /** kvmd ends, and its timers have ended already. */
  stop(): void {
    this.host.release("power");
    this.host.release("reset");
    this.busy = false;
  }

  async #hold(button: AtxButton, ms: number): Promise<void> {
    const line = button === "reset" ? "reset" : "power";
    this.busy = true;
    this.host.press(line);
    this.#changed();
    await this.#timers.sleep(ms);
    this.host.release(line);
    this.busy = false;
    this.#changed();
  }
}
