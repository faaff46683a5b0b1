import type { Timer, Timers } from "../clock";
import type { Host } from "../host/host";
import type { MouseReport } from "../host/host-mouse";
import { MODIFIERS, staysHeld } from "./keys";
import type { KeyChange } from "./keymap";

type Report = ({ readonly kind: "key" } & KeyChange) | MouseReport | { readonly kind: "clear" };

/** kvmd tries so long to hand a report to a computer that takes none, and drops it. */
const REFUSED_MS = 100;
const ROLLOVER = 6;
/** What kvmd can drop of its queue at once: what is in the pipe to the process that writes the reports. */
const PIPE = 400;

/** The USB gadget that the computer sees as keyboard and mouse: a queue that empties as the computer asks. */
export class HidGadget {
  readonly #timers: Timers;
  readonly #host: Host;

  /** Whether the computer takes reports. */
  isListening = true;
  /** What kvmd knows of that, which it learns when it writes a report. */
  readonly online = { keyboard: true, mouse: true };
  /** Called when that has changed. */
  onOnline: () => void = () => undefined;
  absolute = true;
  #queue: Report[] = [];
  #nextAt = 0;
  #timer: Timer | undefined;

  constructor(timers: Timers, host: Host) {
    this.#timers = timers;
    this.#host = host;
  }

  /** Reports that the computer has not taken yet. */
  get pending(): number {
    this.#takeDue();
    return this.#queue.length;
  }

  key(key: string, state: boolean, finish = false): void {
    this.#push({ kind: "key", key, state });
    if (state && finish && !staysHeld(key)) this.#push({ kind: "key", key, state: false });
  }

  mouse(report: MouseReport): void {
    this.#push(report);
  }

  /** Drops what is queued and lets go of every key and button. */
  clear(): void {
    this.#takeDue();
    this.#queue = [];
    this.#push({ kind: "clear" });
  }

  /** The same as far as it goes: of a long queue most is typed all the same, and what is being written always. */
  reset(): void {
    this.#takeDue();
    this.#queue.splice(1, PIPE);
    this.#push({ kind: "clear" });
  }

  /** kvmd is gone: nobody empties the queue, and the gadget lets go. */
  stop(): void {
    this.#queue = [];
    this.#timer = undefined;
    this.#releaseAll();
  }

  #push(report: Report): void {
    this.#takeDue();
    this.#queue.push(report);
    if (this.#timer !== undefined) return;
    // The computer asks at its own times: one that has just asked takes nothing before the next.
    this.#nextAt = Math.max(this.#nextAt, this.#timers.clock.now() + this.#host.settings.hostPoll);
    this.#schedule();
  }

  #schedule(): void {
    this.#timer = this.#timers.after(Math.max(0, this.#nextAt - this.#timers.clock.now()), () => this.#drain());
  }

  #drain(): void {
    this.#timer = undefined;
    this.#takeDue();
    if (this.#queue.length > 0) this.#schedule();
  }

  /** A timer may come late: as many reports go out as the computer has asked for meanwhile. */
  #takeDue(): void {
    let taken = 0;
    for (const report of this.#queue) {
      if (this.#nextAt > this.#timers.clock.elapsed()) break;
      this.#nextAt += this.#deliver(report) * (this.isListening ? this.#host.settings.hostPoll : REFUSED_MS);
      taken += 1;
    }
    this.#queue.splice(0, taken);
  }

  /** @returns how many reports it takes. */
  #deliver(report: Report): number {
    if (report.kind === "clear") {
      this.#learn("keyboard");
      this.#learn("mouse");
      if (this.isListening) this.#releaseAll();
      return 1;
    }
    if (report.kind === "key") return this.#deliverKey(report);
    if (!this.#fits(report)) return 0;
    this.#learn("mouse");
    if (this.online.mouse) this.#host.mouse.take(report);
    return 1;
  }

  #learn(what: keyof HidGadget["online"]): void {
    if (this.online[what] === this.isListening) return;
    this.online[what] = this.isListening;
    this.onOnline();
  }

  /** Reports of the other kind of mouse are dropped. */
  #fits(report: MouseReport): boolean {
    if (report.kind === "move") return this.absolute;
    if (report.kind === "relative") return !this.absolute;
    return true;
  }

  #deliverKey({ key, state }: KeyChange): number {
    const { keyboard } = this.#host;
    const isHeld = keyboard.held.has(key);
    // To release what is up is no report.
    if (!state && !isHeld) return 0;
    this.#learn("keyboard");
    if (!this.online.keyboard) return 1;
    const plain = [...keyboard.held].filter((held) => !MODIFIERS.has(held));
    const isFull = state && !isHeld && !MODIFIERS.has(key) && plain.length >= ROLLOVER;
    if (isFull) for (const held of plain) keyboard.change(held, false);
    if (state && isHeld) keyboard.change(key, false);
    keyboard.change(key, state);
    return isFull || (state && isHeld) ? 2 : 1;
  }

  #releaseAll(): void {
    this.#host.keyboard.releaseAll();
    this.#host.mouse.releaseAll();
  }
}
