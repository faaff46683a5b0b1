import { APIError } from "../errors";
import type { CallOptions } from "../http/transport";
import type { Software } from "../system/software";
import type { Hid } from "./hid";
import { cannotBeTyped, isPlain, skippedIn, type Skipped } from "./skipped";
import { asTyped } from "./text";
import { has } from "../versions";

export interface KeymapCheckOptions extends CallOptions {
  /** Default the device's own. */
  keymap?: string | undefined;
  /** Fail for a text that cannot be typed whole. Default false. */
  strict?: boolean;
  /** The text is a secret, of which no error shows a character. Default false. */
  hidden?: boolean;
}

/** Looks whether a device can type a text, before it does. */
export class KeymapCheck {
  readonly #hid: Hid;
  readonly #software: Software;

  constructor(hid: Hid, software: Software) {
    this.#hid = hid;
    this.#software = software;
  }

  /** See `Keyboard.skippedIn`. */
  async skippedIn(
    text: string,
    { keymap = "", strict = false, hidden = false, signal }: KeymapCheckOptions,
  ): Promise<Skipped[] | undefined> {
    const typed = asTyped(text);
    // The device is asked only where it matters.
    if (isPlain(typed) && !strict && !/[\n\t]/.test(typed)) return [];
    const version = await this.#software.version({ signal });
    if (isPlain(typed) && !strict && (version === undefined || has(version, "printTabs"))) return [];
    const name = await this.nameOf(keymap, signal);
    const skipped = skippedIn(typed, name, version);
    if (strict && skipped && skipped.length > 0) throw cannotBeTyped(skipped, name, { hidden });
    return skipped;
  }

  /** The name of a keymap, where it may be left out; an empty text when the device does not tell its own. */
  async nameOf(keymap: string, signal: AbortSignal | undefined): Promise<string> {
    if (keymap !== "") return keymap;
    try {
      return (await this.#hid.getKeymaps({ signal })).default;
    } catch (error) {
      if (error instanceof APIError) return "";
      throw error;
    }
  }
}
