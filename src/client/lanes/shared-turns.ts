import { throwIfCancelled, within } from "../deadline";
import { Shared } from "../shared";
import type { Lane } from "./lane";

/**
 * Work that takes its turn in a lane and is done once for all who want the same before it begins. So everybody gets a
 * result that is newer than his call, however many call.
 */
export class SharedTurns<T> {
  readonly #lane: Lane;
  /** What has not begun, by what is wanted. */
  readonly #waiting = new Map<string, Shared<Promise<T>>>();

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
    const { thing: result, release } = (this.#waiting.get(wanted) ?? this.#add(wanted, work)).acquire();
    try {
      return await within([signal], undefined, (deadline) => deadline.race(result));
    } finally {
      await release();
    }
  }

  #add(wanted: string, work: (signal: AbortSignal) => Promise<T>): Shared<Promise<T>> {
    // From then on who wants the same has it done anew.
    const leaveOut = () => {
      if (this.#waiting.get(wanted) === shared) this.#waiting.delete(wanted);
    };
    const turn = (end: AbortSignal) =>
      this.#lane.run((running) => {
        leaveOut();
        return work(running);
      }, end);
    const shared: Shared<Promise<T>> = new Shared({
      // A moment later, when it can be found: its turn may come at once.
      open: (end) => Promise.resolve().then(() => turn(end)),
      closed: leaveOut,
    });
    this.#waiting.set(wanted, shared);
    return shared;
  }
}
