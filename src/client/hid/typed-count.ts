/** What became of a text. */
export interface TypedText {
  /** Characters that the device has taken. */
  sent: number;
  /** Characters of these that must have arrived at the host, if it listens; those that the keymap lacks count too. */
  typed: number;
  /** Not all of it is sure to have arrived: somebody connected to the device or left it, or the host did not listen. */
  incomplete?: true;
}

/** Counts the characters of a text on their way to the host. Times are milliseconds of the monotonic clock. */
export class TypedCount {
  #sent = 0;
  #typed = 0;
  #isDisturbed = false;
  /** The part that is being handed over, and until when the device types it. */
  #flying: { characters: number; until: number; isDisturbed: boolean } | undefined;
  /** What the device was given and the host may not have taken yet. */
  #waiting: { characters: number; at: number }[] = [];

  get sent(): number {
    return this.#sent;
  }

  get typed(): number {
    const now = performance.now();
    for (let first = this.#waiting[0]; first && first.at <= now; first = this.#waiting[0]) {
      this.#typed += first.characters;
      this.#waiting.shift();
    }
    return this.#typed;
  }

  /** Seconds for which the device may still be busy with a part whose answer was not waited for. */
  get inFlight(): number {
    return this.#flying ? Math.max(0, this.#flying.until - performance.now()) / 1000 : 0;
  }

  get result(): TypedText {
    const { typed, sent } = this;
    return { sent, typed, ...(this.#isDisturbed ? { incomplete: true } : {}) };
  }

  begin(characters: number, until: number): void {
    this.#flying = { characters, until, isDisturbed: false };
  }

  /** The device has taken the part. @param emptyAt when its queue is empty. */
  taken(emptyAt: number): void {
    const { characters = 0, isDisturbed = false } = this.#flying ?? {};
    this.#flying = undefined;
    this.#sent += characters;
    if (!isDisturbed) this.#waiting.push({ characters, at: emptyAt });
  }

  /** The device has refused the part. */
  refused(): void {
    this.#flying = undefined;
  }

  /** The device may have taken the part: nobody has heard its answer. */
  unknown(): void {
    this.#sent += this.#flying?.characters ?? 0;
  }

  /** What the device has not typed yet may be lost. */
  disturb(): void {
    const isTyping = this.typed < this.#sent;
    if (!isTyping && !this.#flying) return;
    this.#isDisturbed = true;
    this.#waiting = [];
    if (this.#flying) this.#flying.isDisturbed = true;
  }

  /** The host does not listen any more; since when, nobody knows. */
  lost(): void {
    this.#isDisturbed = true;
    this.#typed = 0;
    this.#waiting = [];
  }

  /** From now on nothing more arrives. */
  freeze(): void {
    this.#typed = this.typed;
    this.#waiting = [];
  }
}
