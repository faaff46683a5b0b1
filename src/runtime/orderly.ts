import { setMaxListeners } from "node:events";
import { CancelledError } from "../client";
import { cancelledBy, throwIfCancelled } from "../client/deadline";

/** Seconds for which the end of work that is cancelled is waited for, where nothing else is said. */
const SETTLE_TIME = 2;

/** One piece of work. */
interface Work<P, T> {
  /** What comes before it, in order. */
  prepare: (signal: AbortSignal) => Promise<P>;
  perform: (prepared: P) => Promise<T>;
}

/**
 * Work that begins in the order in which it is given, however long it takes to prepare it, and runs side by side from
 * then on. All of it is cancelled at once.
 */
export class Orderly {
  /** One for all: nobody cancels one piece alone. */
  #end = newEnd();
  /** Resolves when what was given last has begun. */
  #begun: Promise<void> = Promise.resolve();
  /** What cancels each piece. */
  readonly #running = new Set<(settleTime: number) => void>();

  /** @throws CancelledError, with `outcome: "unknown"` where it has begun and has not come to an end soon. */
  run<P, T>(work: Work<P, T>): Promise<T> {
    const { signal } = this.#end;
    const before = this.#begun;
    let letNext = (): void => undefined;
    this.#begun = new Promise((resolve) => (letNext = resolve));
    return new Promise((resolve, reject) => {
      let hasBegun = false;
      let timer: NodeJS.Timeout | undefined;
      const cancel = (settleTime: number): void => {
        this.#running.delete(cancel);
        // One that is never prepared does not hold up the others once it is cancelled.
        letNext();
        // What has begun may still have to clean up, e.g. release a key, and knows best how it ended.
        if (hasBegun) timer = setTimeout(() => reject(unfinished(signal)), 1000 * settleTime);
        else reject(cancelledBy(signal));
      };
      const perform = async (): Promise<T> => {
        await before;
        throwIfCancelled(signal);
        const prepared = await work.prepare(signal);
        throwIfCancelled(signal);
        hasBegun = true;
        const result = work.perform(prepared);
        letNext();
        return result;
      };
      this.#running.add(cancel);
      perform()
        .then(resolve, reject)
        .finally(() => {
          letNext();
          clearTimeout(timer);
          this.#running.delete(cancel);
        });
    });
  }

  /** @param settleTime seconds for which the end of what has begun is waited for. */
  cancel(reason: string, settleTime = SETTLE_TIME): void {
    const running = [...this.#running];
    const end = this.#end;
    this.#end = newEnd();
    end.abort(new CancelledError(reason));
    for (const cancel of running) cancel(settleTime);
  }
}

function newEnd(): AbortController {
  const end = new AbortController();
  setMaxListeners(0, end.signal);
  return end;
}

function unfinished(signal: AbortSignal): CancelledError {
  const cause = cancelledBy(signal);
  return new CancelledError(cause.message, { outcome: "unknown", cause });
}
