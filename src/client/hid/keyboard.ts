import { PiKVMError } from "../errors";
import type { StateWaiter } from "../events/state-waiter";
import type { CallOptions } from "../http/transport";
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

/** Seconds; a host needs to see that they are gone. */
const UNPLUGGED = 1;
/** Seconds that the device may take to take over a setting. */
const SETTING_TIMEOUT = 5;

const lacking = (what: string): PiKVMError => new PiKVMError(`This device cannot ${what}.`, { code: "NOT_SUPPORTED" });

/**
 * The keyboard, as actions that check its state first. They keep their order among the calls of `Hid`: checking is a
 * part of their turn. Those that press keys throw UnavailableError with the code `HOST_NOT_LISTENING`, before anything is
 * sent, when the host does not listen to the keyboard.
 */
export class Keyboard {
  readonly #hid: Hid;
  readonly #waiter: StateWaiter;
  readonly #host: HostWait;
  readonly #keymaps: KeymapCheck;

  constructor(hid: Hid, waiter: StateWaiter, { host, keymaps }: { host: HostWait; keymaps: KeymapCheck }) {
    this.#hid = hid;
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

  /** Lets go of everything, and of what the device has not typed yet as much as it drops. See `Hid.reset`. */
  reset({ signal }: CallOptions = {}): Promise<void> {
    return this.#hid.reset({ signal });
  }

  /**
   * Pulls keyboard and mouse from the host, and plugs them in again a second later; nothing is typed meanwhile. See
   * `Hid.setConnected`.
   * @throws PiKVMError with the code `NOT_SUPPORTED` on boards that cannot.
   */
  async reconnect({ signal }: CallOptions = {}): Promise<void> {
    await this.#hid.inTurn((hid, turn) => this.#reconnect(hid, turn), { signal });
  }

  async #reconnect(hid: Hid, turn: AbortSignal): Promise<void> {
    const { connected } = await hid.getState({ signal: turn });
    if (typeof connected !== "boolean") throw lacking("unplug its keyboard and mouse");
    try {
      await hid.setConnected(false, { signal: turn });
      await this.#waiter.pause(UNPLUGGED, turn);
    } catch (thrown) {
      // Whoever cancels it does not mean them to stay unplugged.
      await hid.setConnected(true).catch(() => undefined);
      throw thrown;
    }
    await hid.setConnected(true);
  }

  /**
   * Lets the device move the mouse now and then, so that the host does not go to sleep, or no longer.
   * `POST /api/hid/set_params`.
   * @throws PiKVMError with the code `NOT_SUPPORTED` where it is switched off or not there; WaitTimeoutError.
   */
  async setJiggler(active: boolean, { signal }: CallOptions = {}): Promise<void> {
    const read = this.#hid.getState.bind(this.#hid);
    const { jiggler } = await read({ signal });
    if (!jiggler?.enabled) throw lacking("jiggle the mouse, or that is switched off");
    await this.#hid.setParams({ jiggler: active }, { signal });
    await this.#waiter.until("hid", read, (state) => state.jiggler?.active === active, {
      timeout: SETTING_TIMEOUT,
      failure: "The device did not take over the setting of its mouse jiggler.",
      signal,
    });
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
