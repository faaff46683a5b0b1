import type { Hid } from "./hid";
import type { KeymapCheck, KeymapCheckOptions } from "./keymap-check";
import type { Skipped } from "./skipped";
import { asTyped } from "./text";
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
  readonly #keymaps: KeymapCheck;

  constructor(hid: Hid, waiter: StateWaiter, keymaps: KeymapCheck) {
    this.#hid = hid;
    this.#waiter = waiter;
    this.#keymaps = keymaps;
  }

  /**
   * The characters of a text that the device would drop without a word, since its keymap lacks them. Types nothing.
   * @returns undefined where that is not known: keymaps that are not PiKVM's own, old devices.
   * @throws ConfigurationError `NOT_IN_KEYMAP` with `strict`, for a text that has such characters.
   */
  async skippedIn(text: string, options: KeymapCheckOptions = {}): Promise<Skipped[] | undefined> {
    return this.#keymaps.skippedIn(text, options);
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
        // A CR at the end of the text is an Enter of its own.
        const typed = await hid.typeText(enter ? `${asTyped(text)}\n` : text, { ...options, signal: turn });
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
