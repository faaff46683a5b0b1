import type { StateChange } from "../client";
import type { Entity, Facts, Known, Part } from "./entity";
import { PARTS } from "./parts";

interface ShownOptions {
  facts: Facts;
  /** Whether an entity is wanted at all. */
  isWanted: (entity: Entity) => boolean;
  /** The entities of a part are, or say, something else. */
  onChange: (now: readonly Entity[], before: readonly Entity[]) => void;
}

/** Seconds after a connect by which a device has reported all its states; a slow one takes two. */
const ALL_REPORTED = 3;

/**
 * What there is to show of a device. A subsystem that is not reported any more keeps its entities until it is sure that
 * it is gone.
 */
export class Shown {
  readonly #options: ShownOptions;
  readonly #entities = new Map<Part, readonly Entity[]>();
  #known: Record<string, unknown> = {};
  #timer: NodeJS.Timeout | undefined;
  #isComplete = false;
  readonly #onComplete: () => void;

  /** @param onComplete is called once the device has reported everything, after each connect. */
  constructor(options: ShownOptions, onComplete: () => void) {
    this.#options = options;
    this.#onComplete = onComplete;
  }

  /** All that the device has reported since its connection was made. */
  get known(): Known {
    return this.#known;
  }

  /** Whether it has reported everything. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  get entities(): Entity[] {
    return [...this.#entities.values()].flat();
  }

  /** The device has, or has lost, its connection: what comes now is all anew. */
  onConnection(isConnected: boolean): void {
    clearTimeout(this.#timer);
    if (!isConnected) return;
    this.#known = {};
    this.#isComplete = false;
    this.#timer = setTimeout(() => {
      this.#isComplete = true;
      for (const part of PARTS) this.#look(part);
      this.#onComplete();
    }, ALL_REPORTED * 1000);
  }

  onState({ kind, state }: StateChange): void {
    this.#known[kind] = state;
    for (const part of PARTS) if (part.kinds.includes(kind)) this.#look(part);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #look(part: Part): void {
    const { facts, isWanted, onChange } = this.#options;
    const before = this.#entities.get(part) ?? [];
    const found = part.entities(this.known, facts).filter(isWanted);
    const keys = new Set(found.map(({ key }) => key));
    // What was there may only not have been reported yet.
    const now = this.#isComplete ? found : [...found, ...before.filter(({ key }) => !keys.has(key))];
    this.#entities.set(part, now);
    onChange(now, before);
  }
}
