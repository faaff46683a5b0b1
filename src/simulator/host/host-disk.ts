import { Terminal } from "./host-terminal";

const PROMPT = "Please unlock disk cryptroot: ";

/** An encrypted disk, as the starting system asks for its passphrase: nothing of what is typed is shown. */
export class EncryptedDisk {
  private readonly terminal = new Terminal();
  private typed = "";
  private locked = true;

  /** @param unlocked - What goes on with the right passphrase. */
  constructor(
    private readonly passphrase: string,
    private readonly unlocked: () => void,
  ) {
    this.terminal.write(PROMPT);
  }

  get isLocked(): boolean {
    return this.locked;
  }

  get text(): readonly string[] {
    return this.terminal.text;
  }

  type(character: string): void {
    if (character === "\n") this.enter();
    else this.typed += character;
  }

  backspace(): void {
    this.typed = this.typed.slice(0, -1);
  }

  private enter(): void {
    const { typed } = this;
    this.typed = "";
    if (typed !== this.passphrase) {
      this.terminal.write(`\nNo key available with this passphrase.\n${PROMPT}`);
      return;
    }
    this.locked = false;
    this.terminal.write("\ncryptsetup: cryptroot: set up successfully");
    this.unlocked();
  }
}
