/** What became of a text. */
export interface TypedText {
  /** Characters that the device has taken. */
  sent: number;
  /** Characters of these that must have arrived at the host, if it listens; those that the keymap lacks count too. */
  typed: number;
  /** Not all of it is sure to have arrived: somebody connected to the device or left it, or the host did not listen. */
  incomplete?: true;
}

/** Milliseconds after which it is known here what has happened to the device, on a busy computer. */
const NEWS_LAG = 500;

/** A part that the device was given, and when the host must have taken it. */
interface Taken {
  characters: number;
  at: number;
}

/** Counts the characters of a text on their way to the host. Times are milliseconds of the monotonic clock. */
export class TypedCount {
  #sent = 0;
  #isDisturbed = false;
  /** The part that is being handed over, and until when the device types it. */
  #flying: { characters: number; until: number; isDisturbed: boolean } | undefined;
  /** Characters that nothing can take back. */
  #sure = 0;
  /** What may still be told to be lost. */
  #taken: Taken[] = [];
  #answeredAt = 0;

  get sent(): number {
    return this.#sent;
  }

  get typed(): number {
    return this.#sure + this.#takenUntil(performance.now());
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
    this.#answeredAt = performance.now();
    if (!isDisturbed) this.#taken.push({ characters, at: emptyAt });
  }

  /** The device has refused the part. */
  refused(): void {
    this.#flying = undefined;
  }

  /** The device may have taken the part: nobody has heard its answer. @param late seconds later than it should. */
  unknown(late: number): void {
    if (!this.#flying) return;
    this.#sent += this.#flying.characters;
    this.#flying.until = Math.max(this.#flying.until, performance.now()) + late * 1000;
  }

  /** What the device has not typed yet may be lost. */
  disturb(): void {
    this.#settle(performance.now() - NEWS_LAG);
    if (this.#taken.length === 0 && !this.#flying) return;
    this.#isDisturbed = true;
    this.#taken = [];
    if (this.#flying) this.#flying.isDisturbed = true;
  }

  /** The device broke down: what it had not typed when it answered the last time may be lost. */
  broken(): void {
    this.#settle(this.#answeredAt);
    this.#taken = [];
  }

  /** The host does not listen any more; since when, nobody knows. */
  lost(): void {
    this.#isDisturbed = true;
    this.#sure = 0;
    this.#taken = [];
  }

  /** From now on nothing more arrives. */
  freeze(): void {
    this.#settle(performance.now());
    this.#taken = [];
  }

  #settle(time: number): void {
    this.#sure += this.#takenUntil(time);
    this.#taken = this.#taken.filter(({ at }) => at > time);
  }

  #takenUntil(time: number): number {
    return this.#taken.reduce((sum, { characters, at }) => (at <= time ? sum + characters : sum), 0);
  }
}
