/** Chance that comes again: the same seed, the same numbers. (mulberry32: small, and even enough to choose by.) */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to below this one. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** @throws Error when there is nothing to choose from */
  pick<T>(choices: readonly T[]): T {
    const index = this.below(choices.length);
    if (index >= choices.length) throw new Error("there is nothing to choose from");
    return choices[index] as T; // which is in the list: its length was looked at
  }

  /** Some of a list, each at most once; all of it where it has no more. */
  some<T>(choices: readonly T[], count: number): T[] {
    const left = [...choices];
    if (count >= left.length) return left;
    return Array.from({ length: count }, () => left.splice(this.below(left.length), 1)).flatMap((one) => one);
  }

  /** Chance of its own for one case, so that a case alone is what it was among the others. */
  branch(): Random {
    return new Random(this.below(2 ** 32));
  }
}
