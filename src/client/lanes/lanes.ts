import { Shared } from "../shared";
import type { Lane } from "./lane";

/** What can be had from a lane. */
export type Turns = Pick<Lane, "run" | "inner">;

/** A lane for each of many things, which do not wait for each other. */
export class Lanes {
  readonly #newLane: (key: string) => Lane;
  /** Those that somebody is in. */
  readonly #lanes = new Map<string, Shared<Lane>>();

  constructor(newLane: (key: string) => Lane) {
    this.#newLane = newLane;
  }

  of(key: string): Turns {
    return { run: (work, signal) => this.#run(key, work, signal), inner: () => this.#newLane(key) };
  }

  async #run<T>(key: string, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { thing: lane, release } = (this.#lanes.get(key) ?? this.#add(key)).acquire();
    try {
      return await lane.run(work, signal);
    } finally {
      await release();
    }
  }

  #add(key: string): Shared<Lane> {
    const shared = new Shared({ open: () => this.#newLane(key), closed: () => this.#lanes.delete(key) });
    this.#lanes.set(key, shared);
    return shared;
  }
}
