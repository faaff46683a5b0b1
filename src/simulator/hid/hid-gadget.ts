import type { Timer, Timers } from "../clock";
import type { Host } from "../host/host";
import type { MouseReport } from "../host/host-mouse";
import { type Button, MODIFIERS, staysHeld } from "./keys";
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
  /** What the reports say is down. The computer knows it from the last report that it has taken. */
  readonly #down = { keys: new Set<string>(), buttons: new Set<Button>() };
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

  /** Drops what is queued, but for what is being written, and lets go of every key and button. */
  clear(): void {
    this.#takeDue();
    this.#queue.splice(1);
    this.#push({ kind: "clear" });
  }

  /** The same as far as it goes: of a long queue most is typed all the same. */
  reset(): void {
    this.#takeDue();
    this.#queue.splice(1, PIPE);
    this.#push({ kind: "clear" });
  }

  /**
   * kvmd is gone, and nobody empties the queue.
   * @param letsGo - Its last report says that nothing is down. Without, as when it was killed, the computer believes the
   * one before until the next kvmd sends one.
   */
  stop(letsGo: boolean): void {
    this.#queue = [];
    this.#timer = undefined;
    this.#forget();
    if (letsGo) this.#report();
  }

  /** The mouse of one kind is not in use any more. */
  releaseButtons(): void {
    this.#down.buttons.clear();
    this.#host.mouse.releaseAll();
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
      this.#forget();
      if (this.isListening) this.#report();
      return 1;
    }
    if (report.kind === "key") return this.#deliverKey(report);
    return this.#fits(report) ? this.#deliverMouse(report) : 0;
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

  #deliverMouse(report: MouseReport): number {
    const { buttons } = this.#down;
    if (report.kind === "button") {
      const wasDown = buttons.delete(report.button);
      // To release what is up is no report; to press what is down are two.
      if (!report.state && !wasDown) return 0;
      this.#learn("mouse");
      if (wasDown) this.#reportButtons();
      if (report.state) buttons.add(report.button);
      this.#reportButtons();
      return wasDown && report.state ? 2 : 1;
    }
    this.#learn("mouse");
    this.#reportButtons();
    if (this.online.mouse) this.#host.mouse.take(report);
    return 1;
  }

  #deliverKey({ key, state }: KeyChange): number {
    const { keys } = this.#down;
    const wasDown = keys.has(key);
    // To release what is up is no report.
    if (!state && !wasDown) return 0;
    this.#learn("keyboard");
    const plain = [...keys].filter((held) => !MODIFIERS.has(held));
    const isFull = state && !wasDown && !MODIFIERS.has(key) && plain.length >= ROLLOVER;
    if (isFull) for (const held of plain) keys.delete(held);
    keys.delete(key);
    if (isFull || wasDown) this.#reportKeys();
    if (state) {
      keys.add(key);
      this.#reportKeys();
    }
    return isFull || (state && wasDown) ? 2 : 1;
  }

  #forget(): void {
    this.#down.keys.clear();
    this.#down.buttons.clear();
  }

  #report(): void {
    this.#reportKeys();
    this.#reportButtons();
  }

  /** A report says of every key whether it is down. */
  #reportKeys(): void {
    const { keyboard } = this.#host;
    if (!this.isListening) return;
    for (const key of [...keyboard.held]) if (!this.#down.keys.has(key)) keyboard.change(key, false);
    for (const key of this.#down.keys) if (!keyboard.held.has(key)) keyboard.change(key, true);
  }

  #reportButtons(): void {
    const { mouse } = this.#host;
    if (!this.isListening) return;
    for (const button of [...mouse.buttons])
      if (!this.#down.buttons.has(button)) mouse.take({ kind: "button", button, state: false });
    for (const button of this.#down.buttons)
      if (!mouse.buttons.has(button)) mouse.take({ kind: "button", button, state: true });
  }
}
