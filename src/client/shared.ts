import { CancelledError } from "./errors";

/** How something is opened and closed that several use at once. */
export interface Sharing<T> {
  /** Makes it, for the first user. @param end ends when it is to be closed; its reason is a `CancelledError`. */
  open: (end: AbortSignal) => T;
  /** Called when `end` has ended; what it returns is awaited before it counts as closed. */
  closed?: (thing: T) => unknown;
  /** Whether nobody else may get it, e.g. because it broke: the next user gets another. Default never. */
  isSpent?: (thing: T) => boolean;
  /** Seconds that it stays open without a user. Default 0. */
  idle?: number;
  /**
   * Waits for the right moment to close it; nothing is closed if somebody has come to use it by then. Default at once.
   */
  inTurn?: (close: () => Promise<void>) => Promise<void>;
}

/** One user's share. */
export interface Lease<T> {
  readonly thing: T;
  /**
   * Gives it back; twice does nothing. Resolves when it has closed, unless it stays open for others or for its idle
   * time.
   */
  readonly release: () => Promise<void>;
}

interface Use<T> {
  thing: T;
  end: AbortController;
  users: number;
  /** Runs while nobody uses it. */
  idle?: NodeJS.Timeout;
  closing?: Promise<void>;
}

/** Something that several use at once: opened for the first of them, closed after the last. */
export class Shared<T> {
  readonly #sharing: Sharing<T>;
  #current: Use<T> | undefined;
  /** The current one and those that are not closed yet. */
  readonly #open = new Set<Use<T>>();

  constructor(sharing: Sharing<T>) {
    this.#sharing = sharing;
  }

  /** What is shared now, if anything is. */
  get current(): T | undefined {
    return this.#current?.thing;
  }

  acquire(): Lease<T> {
    const use = this.#usable() ?? this.#openNew();
    use.users += 1;
    clearTimeout(use.idle);
    let released: Promise<void> | undefined;
    return { thing: use.thing, release: () => (released ??= this.#leave(use)) };
  }

  /** Closes it at once, whoever uses it. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((use) => this.#close(use)));
  }

  #usable(): Use<T> | undefined {
    const use = this.#current;
    return use && !this.#isSpent(use) ? use : undefined;
  }

  #isSpent({ thing }: Use<T>): boolean {
    return this.#sharing.isSpent?.(thing) ?? false;
  }

  #openNew(): Use<T> {
    const end = new AbortController();
    const use = { thing: this.#sharing.open(end.signal), end, users: 0 };
    this.#current = use;
    this.#open.add(use);
    return use;
  }

  async #leave(use: Use<T>): Promise<void> {
    const { idle = 0 } = this.#sharing;
    use.users -= 1;
    if (use.users > 0) return;
    if (use.closing || this.#isSpent(use)) await this.#close(use);
    else if (idle === 0) await this.#closeUnused(use);
    // A program that has nothing else to do need not wait for it.
    else use.idle = setTimeout(() => void this.#closeUnused(use), idle * 1000).unref();
  }

  async #closeUnused(use: Use<T>): Promise<void> {
    const close = async (): Promise<void> => {
      if (use.users === 0) await this.#close(use);
    };
    await (this.#sharing.inTurn?.(close) ?? close());
  }

  #close(use: Use<T>): Promise<void> {
    clearTimeout(use.idle);
    if (this.#current === use) this.#current = undefined;
    return (use.closing ??= this.#end(use));
  }

  async #end(use: Use<T>): Promise<void> {
    use.end.abort(new CancelledError("Nobody uses it any more."));
    await this.#sharing.closed?.(use.thing);
    this.#open.delete(use);
  }
}
