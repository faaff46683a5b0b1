import type { Clock } from "../clock";
import { characterOf } from "../hid/keymap";

export interface KeyEvent {
  readonly key: string;
  readonly state: boolean;
  /** Clock time at which the computer got it. */
  readonly at: number;
}

const MAX_EVENTS = 200_000;
const MAX_TEXT = 1 << 20;

/** The computer's end of the keyboard cable: a US keyboard driver and an editor that never scrolls. */
export class HostKeyboard {
  readonly #clock: Clock;
  readonly events: KeyEvent[] = [];
  readonly held = new Set<string>();
  readonly leds = { caps: false, num: false, scroll: false };
  /** Caps Lock and its like do nothing, so that their LEDs stay as they are. */
  ignoresLocks = false;
  /** Called for every key that goes down or up. */
  onEvent: (event: KeyEvent) => void = () => undefined;
  /** Called when the computer switches a keyboard LED. */
  onLeds: () => void = () => undefined;
  /** Called for every key that goes down, with the character that it types. */
  onKey: (key: string, character: string | undefined) => void = () => undefined;
  #written = "";

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get text(): string {
    return this.#written;
  }

  /** One key of a report. */
  change(key: string, state: boolean): void {
    const event = { key, state, at: this.#clock.now() };
    this.events.push(event);
    this.onEvent(event);
    if (this.events.length > MAX_EVENTS) this.events.splice(0, MAX_EVENTS / 2);
    if (!state) this.held.delete(key);
    else {
      this.held.add(key);
      this.#read(key);
    }
  }

  releaseAll(): void {
    for (const key of [...this.held]) this.change(key, false);
  }

  forget(): void {
    this.events.length = 0;
    this.#written = "";
  }

  #read(key: string): void {
    const lock = { CapsLock: "caps", NumLock: "num", ScrollLock: "scroll" } as const;
    if (key in lock && !this.ignoresLocks) this.#toggle(lock[key as keyof typeof lock]); // `in` has just established it
    const character = this.#typedBy(key);
    if (key === "Backspace" && !this.#commanded) this.#written = this.#written.slice(0, -1);
    else this.#write(character ?? "");
    this.onKey(key, character);
  }

  get #commanded(): boolean {
    // With AltGr a US keyboard types nothing.
    return ["ControlLeft", "ControlRight", "AltLeft", "AltRight", "MetaLeft", "MetaRight"].some((modifier) =>
      this.held.has(modifier),
    );
  }

  #typedBy(key: string): string | undefined {
    if (this.#commanded) return undefined;
    return characterOf(key, this.held.has("ShiftLeft") || this.held.has("ShiftRight"), this.leds.caps);
  }

  #write(character: string): void {
    this.#written += character;
    if (this.#written.length > MAX_TEXT) this.#written = this.#written.slice(MAX_TEXT / 2);
  }

  #toggle(led: keyof HostKeyboard["leds"]): void {
    this.leds[led] = !this.leds[led];
    this.onLeds();
  }
}
