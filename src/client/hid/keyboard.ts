import type { Hid } from "./hid";
import type { TypeOptions } from "./typist";
import type { StateWaiter } from "../events/state-waiter";

export interface TextOptions extends TypeOptions {
  /** Press Enter after the text. Default false. */
  enter?: boolean;
  /** When the keyboard's LED says that Caps Lock is on, switch it off first. Default false. */
  capsLockOff?: boolean;
}

/** Seconds that the host may take to switch the LED after the key. */
const LED_TIMEOUT = 5;
/** Seconds; some hosts overlook a shorter press. */
const PRESS = 0.05;

/**
 * The keyboard, as actions that check its state first. They keep their order among the calls of `Hid`: checking is a
 * part of their turn.
 */
export class Keyboard {
  readonly #hid: Hid;
  readonly #waiter: StateWaiter;

  constructor(hid: Hid, waiter: StateWaiter) {
    this.#hid = hid;
    this.#waiter = waiter;
  }

  /**
   * Types a text of any length, see `Hid.typeText`.
   * @returns the number of characters, without the Enter.
   * @throws WaitTimeoutError when Caps Lock stays on; nothing was typed.
   */
  async typeText(
    text: string,
    { enter = false, capsLockOff = false, signal, ...options }: TextOptions = {},
  ): Promise<number> {
    return this.#hid.inTurn(
      async (hid, turn) => {
        if (capsLockOff) await this.#switchCapsLockOff(hid, turn);
        const typed = await hid.typeText(enter ? `${text}\n` : text, { ...options, signal: turn });
        return enter ? typed - 1 : typed;
      },
      { signal },
    );
  }

  async #switchCapsLockOff(hid: Hid, signal: AbortSignal): Promise<void> {
    const read = hid.getState.bind(hid);
    const { keyboard } = await read({ signal });
    if (!keyboard.leds.caps) return;
    await hid.press("CapsLock", PRESS, { signal });
    const failure = "Caps Lock is on and its key did not switch it off; nothing was typed.";
    await this.#waiter.until("hid", read, (state) => !state.keyboard.leds.caps, {
      timeout: LED_TIMEOUT,
      failure,
      signal,
    });
  }
}
