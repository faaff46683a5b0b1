import type { Lane } from "./lane";

/** What can be had from a lane. */
export type Turns = Pick<Lane, "run" | "inner">;

/** A lane for each of many things, which do not wait for each other. */
export class Lanes {
  readonly #newLane: (key: string) => Lane;
  /** Those that somebody is in. */
  readonly #lanes = new Map<string, Lane>();

  constructor(newLane: (key: string) => Lane) {
    this.#newLane = newLane;
  }

  of(key: string): Turns {
    return { run: (work, signal) => this.#run(key, work, signal), inner: () => this.#newLane(key) };
  }

  async #run<T>(key: string, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const lane = this.#lanes.get(key) ?? this.#newLane(key);
    this.#lanes.set(key, lane);
    try {
      return await lane.run(work, signal);
    } finally {
      // There may be another by now, where this one was free for a moment.
      if (!lane.isHeld && this.#lanes.get(key) === lane) this.#lanes.delete(key);
    }
  }
}
