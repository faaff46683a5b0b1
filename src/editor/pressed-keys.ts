import { keyOf, type Key } from "../client/vocabulary";

/** Milliseconds within which Windows sends the Control key that it adds to AltGr. */
const AT_ONCE = 20;

/** The keys that are pressed from when the first goes down until none is down any more. */
export class PressedKeys {
  readonly #down = new Set<string>();
  readonly #keys: Key[] = [];
  #latest = -Infinity;

  /** In the order in which they were pressed, each once. */
  get keys(): readonly Key[] {
    return this.#keys;
  }

  /** Whether keys were pressed, and all of them are up again. */
  get isOver(): boolean {
    return this.#keys.length > 0 && this.#down.size === 0;
  }

  /** @returns whether the device has such a key. */
  press({ code, key: meaning, timeStamp }: KeyboardEvent): boolean {
    const key = keyOf(code);
    if (!key) return false;
    if (meaning === "AltGraph" && this.#keys.at(-1) === "ControlLeft" && timeStamp - this.#latest < AT_ONCE) {
      this.#keys.pop();
      this.#down.delete("ControlLeft");
    }
    this.#latest = timeStamp;
    this.#down.add(code);
    if (!this.#keys.includes(key)) this.#keys.push(key);
    return true;
  }

  release(event: KeyboardEvent): void {
    const { code } = event;
    // Windows keeps for itself that it went down.
    if (code === "PrintScreen" && !this.#down.has(code)) this.press(event);
    // macOS does not tell which keys go up while Command is down.
    if (code.startsWith("Meta")) this.#down.clear();
    this.#down.delete(code);
  }
}
