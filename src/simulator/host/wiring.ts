import type { Gpio } from "../gpio/gpio";
import type { Hid } from "../hid/hid";
import type { Atx } from "../system/atx";
import type { Host, Line } from "./host";

export interface WiringOptions {
  /** The power LED is connected to the ATX board. Default true. */
  led?: boolean;
  /** The USB port of the computer has no power while the computer is off or sleeps. Default false: it always has. */
  usbFollowsPower?: boolean;
  /** The GPIO input that senses the computer's power. */
  input?: string;
  /** The GPIO outputs that press its buttons. */
  power?: string;
  reset?: string;
}

interface WiredParts {
  atx: Atx;
  gpio: Gpio;
  hid: Hid;
}

/** What is connected to the computer besides ATX buttons, screen and USB: channels must have been added before. */
export class Wiring {
  readonly #host: Host;
  readonly #parts: WiredParts;

  constructor(host: Host, parts: WiredParts) {
    this.#host = host;
    this.#parts = parts;
  }

  connect({ led = true, usbFollowsPower = false, input, power, reset }: WiringOptions): void {
    const { atx, gpio, hid } = this.#parts;
    const host = this.#host;
    atx.ledWired = led;
    const lines = new Map<string | undefined, Line>([
      [power, "power"],
      [reset, "reset"],
    ]);
    gpio.onWrite = (channel, state) => {
      const line = lines.get(channel);
      if (line === undefined) return;
      if (state) host.press(line);
      else host.release(line);
    };
    const follow = (): void => {
      if (input !== undefined && gpio.channels.inputs[input]?.state !== host.power) gpio.setInput(input, host.power);
      if (usbFollowsPower) hid.online = host.power && !host.asleep;
    };
    host.onPower = follow;
    follow();
  }
}
