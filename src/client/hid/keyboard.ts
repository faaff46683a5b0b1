import type { StateWaiter } from "../events/state-waiter";
import type { Hid } from "./hid";
import type { HostOptions, HostWait } from "./host-wait";
import type { KeymapCheck, KeymapCheckOptions } from "./keymap-check";
import type { Key } from "../vocabulary";
import { knownKey } from "./keys";
import type { Skipped } from "./skipped";
import { asTyped } from "./text";
import type { TypedText } from "./typed-count";
import type { TypeOptions } from "./typist";

export interface TextOptions extends TypeOptions, HostOptions {
  /** Press Enter after the text. Default false. */
  enter?: boolean;
  /** When the keyboard's LED says that Caps Lock is on, switch it off first. Default false. */
  capsLockOff?: boolean;
}

/** Seconds that the host may take to switch the LED after the key. */
const LED_TIMEOUT = 5;

/**
 * The keyboard, as actions that check its state first. They keep their order among the calls of `Hid`: checking is a
 * part of their turn. All throw UnavailableError with the code `HOST_NOT_LISTENING`, before anything is sent, when the
 * host does not listen to the keyboard.
 */
export class Keyboard {
  readonly #waiter: StateWaiter;
  readonly #host: HostWait;
  readonly #keymaps: KeymapCheck;

  constructor(waiter: StateWaiter, host: HostWait, keymaps: KeymapCheck) {
    this.#waiter = waiter;
    this.#host = host;
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
   * Types a text, see `Hid.type`.
   * @returns the numbers of characters, without the Enter.
   * @throws WaitTimeoutError when Caps Lock stays on; nothing was typed.
   */
  async type(
    text: string,
    { enter = false, capsLockOff = false, hostTimeout = 0, signal, ...options }: TextOptions = {},
  ): Promise<TypedText> {
    if (text === "" && !enter) return { sent: 0, typed: 0 };
    return this.#host.inTurn("keyboard", { hostTimeout, signal }, async (hid, turn) => {
      if (capsLockOff) await this.#switchCapsLockOff(hid, turn);
      // A CR at the end of the text is an Enter of its own.
      const result = await hid.type(enter ? `${asTyped(text)}\n` : text, { ...options, signal: turn });
      const all = result.sent - (enter ? 1 : 0);
      return { ...result, sent: all, typed: Math.min(result.typed, all) };
    });
  }

  /** As `type`. @returns the number of characters that must have arrived, without the Enter. */
  async typeText(text: string, options: TextOptions = {}): Promise<number> {
    return (await this.type(text, options)).typed;
  }

  /** See `Hid.sendShortcut`. @returns the full names. */
  async shortcut(keys: readonly string[], options: HostOptions = {}): Promise<Key[]> {
    const known = keys.map(knownKey);
    await this.#host.inTurn("keyboard", options, (hid, signal) => hid.sendShortcut(known, { signal }));
    return known;
  }

  /** See `Hid.press`. @param hold seconds. @returns the full name. */
  async press(key: string, hold: number, options: HostOptions = {}): Promise<Key> {
    const known = knownKey(key);
    await this.#host.inTurn("keyboard", options, (hid, signal) => hid.press(known, hold, { signal }));
    return known;
  }

  /** Releases a key that something else has left down. @returns the full name. */
  async release(key: string, options: HostOptions = {}): Promise<Key> {
    const known = knownKey(key);
    await this.#host.inTurn("keyboard", options, (hid, signal) => hid.sendKey(known, false, { signal }));
    return known;
  }

  async #switchCapsLockOff(hid: Hid, signal: AbortSignal): Promise<void> {
    const read = hid.getState.bind(hid);
    const { keyboard } = await read({ signal });
    if (!keyboard.leds.caps) return;
    // The device holds it for a while, which some hosts need, and lets it go by itself.
    await hid.sendShortcut(["CapsLock"], { signal });
    const failure = "Caps Lock is on and its key did not switch it off; nothing was typed.";
    await this.#waiter.until("hid", read, (state) => !state.keyboard.leds.caps, {
      timeout: LED_TIMEOUT,
      failure,
      signal,
    });
  }
}
