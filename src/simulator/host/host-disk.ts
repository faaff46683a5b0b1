import { Terminal } from "./host-terminal";

const PROMPT = "Please unlock disk cryptroot: ";

/** An encrypted disk, as the starting system asks for its passphrase: nothing of what is typed is shown. */
export class EncryptedDisk {
  readonly #passphrase: string;
  readonly #unlocked: () => void;
  readonly #terminal = new Terminal();
  #typed = "";
  #locked = true;

  /** @param unlocked - What goes on with the right passphrase. */
  constructor(passphrase: string, unlocked: () => void) {
    this.#passphrase = passphrase;
    this.#unlocked = unlocked;
    this.#terminal.write(PROMPT);
  }

  get isLocked(): boolean {
    return this.#locked;
  }

  get text(): readonly string[] {
    return this.#terminal.text;
  }

  type(character: string): void {
    if (character === "\n") this.#enter();
    else this.#typed += character;
  }

  backspace(): void {
    this.#typed = this.#typed.slice(0, -1);
  }

  #enter(): void {
    const typed = this.#typed;
    this.#typed = "";
    if (typed !== this.#passphrase) {
      this.#terminal.write(`\nNo key available with this passphrase.\n${PROMPT}`);
      return;
    }
    this.#locked = false;
    this.#terminal.write("\ncryptsetup: cryptroot: set up successfully");
    this.#unlocked();
  }
}
