import type { AtxState } from "../events/states";
import type { CallOptions } from "../http/transport";
import type { Buttons } from "./buttons";
import { isUnknown, unknownNow, type Knowledge } from "./knowledge";
import type { Sense } from "./sense";

/** The state of the buttons, with what a sense says in place of the power LED. */
export class Sensed implements Knowledge<AtxState> {
  readonly kind: string;
  readonly settleTime: number;
  readonly offAfter: number;
  readonly #buttons: Buttons<AtxState>;
  readonly #sense: Sense;

  constructor(buttons: Buttons<AtxState>, sense: Sense) {
    this.#buttons = buttons;
    this.#sense = sense;
    this.kind = sense.kind;
    this.settleTime = sense.settleTime;
    this.offAfter = sense.offAfter;
  }

  isMeant(): boolean {
    return true;
  }

  async look(options: CallOptions): Promise<AtxState> {
    // First, so that nothing is asked where it cannot be known.
    const power = this.#sense.read(await this.#sense.ask(options));
    if (power === null) throw unknownNow(this.#sense.silent);
    const state = await this.#buttons.getState(options);
    return { ...state, leds: { ...state.leds, power } };
  }

  async glance(options: CallOptions): Promise<AtxState | undefined> {
    try {
      return await this.look(options);
    } catch (error) {
      if (isUnknown(error)) return undefined;
      throw error;
    }
  }

  during<T>(work: () => Promise<T>, options: CallOptions): Promise<T> {
    return this.#sense.during ? this.#sense.during(work, options) : work();
  }

  async nudge(options: CallOptions): Promise<void> {
    await this.#sense.nudge?.(options);
  }

  notConfirmed(expected: string, timeout: number): string {
    return (
      `${this.#sense.name} did not show the computer as ${expected} ${timeout} s after the button was pressed. ` +
      "If the computer reacted, give it more time or look what it is known by in the device's settings; " +
      "if not, check the button's cable."
    );
  }
}
