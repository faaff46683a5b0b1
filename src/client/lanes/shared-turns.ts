import { throwIfCancelled, within } from "../deadline";
import { CancelledError } from "../errors";
import type { Lane } from "./lane";

/** Work that several callers wait for. */
interface Shared<T> {
  result: Promise<T>;
  callers: number;
  /** Ends it. */
  nobody: AbortController;
}

/**
 * Work that takes its turn in a lane and is done once for all who want the same before it begins. So everybody gets a result that is newer
 * than his call, however many call.
 */
export class SharedTurns<T> {
  readonly #lane: Lane;
  /** What has not begun, by what is wanted. */
  readonly #waiting = new Map<string, Shared<T>>();

  constructor(lane: Lane) {
    this.#lane = lane;
  }

  /**
   * @param wanted the same for calls that may share the work.
   * @param work gets a signal that ends when nobody waits for it any more, and when the device is closed.
   * @throws BusyError when too much waits already; the signal's error; what the work throws.
   */
  async run(wanted: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    throwIfCancelled(signal);
    const shared = this.#waiting.get(wanted) ?? this.#queue(wanted, work);
    shared.callers += 1;
    try {
      return await within([signal], undefined, (deadline) => deadline.race(shared.result));
    } finally {
      shared.callers -= 1;
      if (shared.callers === 0) {
        this.#close(wanted, shared);
        shared.nobody.abort(new CancelledError("Nobody waits for it any more."));
      }
    }
  }

  #queue(wanted: string, work: (signal: AbortSignal) => Promise<T>): Shared<T> {
    const nobody = new AbortController();
    // A moment later, when it can be found: its turn may come at once.
    const result = Promise.resolve().then(() =>
      this.#lane.run((turn) => {
        this.#close(wanted, shared);
        return work(turn);
      }, nobody.signal),
    );
    const shared = { result, callers: 0, nobody };
    this.#waiting.set(wanted, shared);
    return shared;
  }

  /** From now on who wants the same has it done anew. */
  #close(wanted: string, shared: Shared<T>): void {
    if (this.#waiting.get(wanted) === shared) this.#waiting.delete(wanted);
  }
}
