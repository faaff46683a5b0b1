import { REAL_CLOCK, type Clock } from "./clock";
import { throwIfCancelled, within } from "./deadline";

/** What a connection is for: something that is to be done now goes before what is only kept up. */
export type Purpose = "acting" | "keeping";

/** What one gate lets through. */
interface Limits {
  /** Connections that begin in a second, in the long run. */
  rate: number;
  /** Connections that are being made at a time; so many may also begin at once. */
  atOnce: number;
  /**
   * Milliseconds for which a connection counts as being made: one that takes longer waits for a device that is not
   * there, which costs nothing, and must not keep others waiting.
   */
  held: number;
}

const LIMITS: Limits = { rate: 60, atOnce: 8, held: 500 };
/** Of so many turns one is for those who only keep something up, however many want to act. */
const SHARE = 4;

type Admit = (leave: () => void) => void;

/**
 * New connections come through here one after the other, however many devices are lost or deployed together, so that
 * neither this process nor the network is flooded. Those that act go first, and devices take turns.
 */
export class Gate {
  readonly #clock: Clock;
  readonly #limits: Limits;
  /** By purpose and device, in the order of their turns. */
  readonly #waiting: Record<Purpose, Map<object, Admit[]>> = { acting: new Map(), keeping: new Map() };
  #inside = 0;
  /** Of those who act, since the last one who keeps something up. */
  #turns = 0;
  /** Connections that may begin now; it grows with time. */
  #left: number;
  #countedAt: number;
  #timer: { cancel(): void } | undefined;

  constructor(clock: Clock = REAL_CLOCK, limits: Limits = LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
    this.#left = limits.atOnce;
    this.#countedAt = clock.now();
  }

  /**
   * Waits for the turn to make a connection.
   * @param device whose turns these are.
   * @returns what to call when it is made, or cannot be.
   * @throws the error of a signal that ends meanwhile.
   */
  async enter(device: object, purpose: Purpose, ...signals: readonly (AbortSignal | undefined)[]): Promise<() => void> {
    for (const signal of signals) throwIfCancelled(signal);
    const queues = this.#waiting[purpose];
    let cancel = (): void => undefined;
    let admitted: (() => void) | undefined;
    const turn = new Promise<() => void>((resolve) => {
      const queue = queues.get(device) ?? [];
      queues.set(device, queue);
      const admit: Admit = (leave) => {
        admitted = leave;
        resolve(leave);
      };
      queue.push(admit);
      cancel = () => {
        queue.splice(queue.indexOf(admit), 1);
        if (queue.length === 0 && queues.get(device) === queue) queues.delete(device);
      };
    });
    this.#admit();
    try {
      return await within(signals, undefined, (deadline) => deadline.race(turn));
    } catch (error) {
      (admitted ?? cancel)();
      throw error;
    }
  }

  /** Lets through all who may pass now, and comes back when the next one may. */
  #admit(): void {
    this.#count();
    const { rate, atOnce } = this.#limits;
    while (this.#inside < atOnce && this.#left >= 1) {
      const next = this.#next();
      if (!next) break;
      this.#left -= 1;
      next(this.#occupy());
    }
    this.#timer?.cancel();
    this.#timer = undefined;
    // Otherwise the next one who leaves lets others through.
    if (this.#inside >= atOnce || this.#isEmpty) return;
    this.#timer = this.#clock.setTimeout(() => this.#admit(), Math.ceil((1000 * (1 - this.#left)) / rate));
  }

  #count(): void {
    const { rate, atOnce } = this.#limits;
    const now = this.#clock.now();
    this.#left = Math.min(atOnce, this.#left + ((now - this.#countedAt) * rate) / 1000);
    this.#countedAt = now;
  }

  /** @returns what leaves, once. */
  #occupy(): () => void {
    let isInside = true;
    this.#inside += 1;
    const leave = (): void => {
      if (!isInside) return;
      isInside = false;
      timer.cancel();
      this.#inside -= 1;
      this.#admit();
    };
    const timer = this.#clock.setTimeout(leave, this.#limits.held);
    return leave;
  }

  get #isEmpty(): boolean {
    return this.#waiting.acting.size === 0 && this.#waiting.keeping.size === 0;
  }

  #next(): Admit | undefined {
    const { acting, keeping } = this.#waiting;
    const isForKeeping = acting.size === 0 || (keeping.size > 0 && this.#turns >= SHARE - 1);
    this.#turns = isForKeeping ? 0 : this.#turns + 1;
    const queues = isForKeeping ? keeping : acting;
    const [first] = queues;
    if (!first) return undefined;
    const [device, queue] = first;
    const next = queue.shift();
    // It is the last one's turn now.
    queues.delete(device);
    if (queue.length > 0) queues.set(device, queue);
    return next;
  }
}

/** The one of this process. */
export const GATE = new Gate();
