import type { Timer, Timers } from "../clock";
import type { Host } from "../host/host";
import type { MouseReport } from "../host/host-mouse";
import { MODIFIERS, staysHeld } from "./keys";
import type { KeyChange } from "./keymap";

type Report = ({ readonly kind: "key" } & KeyChange) | MouseReport | { readonly kind: "clear" };

/** One USB poll: what the host takes from an interrupt endpoint per millisecond. */
const REPORT_MS = 1;
const ROLLOVER = 6;

/** The USB gadget that the computer sees as keyboard and mouse: a queue that empties at the pace of the bus. */
export class HidGadget {
  readonly #timers: Timers;
  readonly #host: Host;

  /** Whether the computer listens. */
  readonly online = { keyboard: true, mouse: true };
  absolute = true;
  /** Called when the computer has taken the first report after it was plugged in again. */
  onOnline: () => void = () => undefined;
  #plugged = true;
  /** Of which of them no report has arrived since then: that is how kvmd learns that the computer is back. */
  readonly #unproven = new Set<"keyboard" | "mouse">();
  #queue: Report[] = [];
  #nextAt = 0;
  #timer: Timer | undefined;

  constructor(timers: Timers, host: Host) {
    this.#timers = timers;
    this.#host = host;
  }

  /** The cable is pulled, or plugged in again. */
  set plugged(value: boolean) {
    if (value === this.#plugged) return;
    this.#plugged = value;
    if (value) for (const device of ["keyboard", "mouse"] as const) this.#unproven.add(device);
    else Object.assign(this.online, { keyboard: false, mouse: false });
  }

  /** Reports that the computer has not taken yet. */
  get pending(): number {
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
    this.#queue = [];
    this.#push({ kind: "clear" });
  }

  /** kvmd is gone: nobody empties the queue, and the gadget lets go. */
  stop(): void {
    this.#queue = [];
    this.#timer = undefined;
    this.#releaseAll();
  }

  #push(report: Report): void {
    this.#queue.push(report);
    if (this.#timer !== undefined) return;
    this.#nextAt = this.#timers.clock.now() + REPORT_MS;
    this.#schedule();
  }

  #schedule(): void {
    this.#timer = this.#timers.after(Math.max(0, this.#nextAt - this.#timers.clock.now()), () => this.#drain());
  }

  /** A timer may come late: then as many reports go out as the bus would have carried meanwhile. */
  #drain(): void {
    this.#timer = undefined;
    let taken = 0;
    for (const report of this.#queue) {
      if (this.#nextAt > this.#timers.clock.now()) break;
      this.#deliver(report);
      this.#nextAt += REPORT_MS;
      taken += 1;
    }
    this.#queue.splice(0, taken);
    if (this.#queue.length > 0) this.#schedule();
  }

  #deliver(report: Report): void {
    if (!this.#plugged) return;
    this.#prove(report.kind === "clear" ? ["keyboard", "mouse"] : [report.kind === "key" ? "keyboard" : "mouse"]);
    if (report.kind === "clear") this.#releaseAll();
    else if (report.kind === "key") this.#deliverKey(report);
    else if (this.online.mouse && this.#fits(report)) this.#host.mouse.take(report);
  }

  #prove(devices: readonly ("keyboard" | "mouse")[]): void {
    const proven = devices.filter((device) => this.#unproven.delete(device));
    for (const device of proven) this.online[device] = true;
    if (proven.length > 0) this.onOnline();
  }

  /** Reports of the other kind of mouse are dropped. */
  #fits(report: MouseReport): boolean {
    if (report.kind === "move") return this.absolute;
    if (report.kind === "relative") return !this.absolute;
    return true;
  }

  #deliverKey({ key, state }: KeyChange): void {
    if (!this.online.keyboard) return;
    const { keyboard } = this.#host;
    if (!state && !keyboard.held.has(key)) return;
    if (state && keyboard.held.has(key)) keyboard.change(key, false);
    const plain = [...keyboard.held].filter((held) => !MODIFIERS.has(held));
    if (state && !MODIFIERS.has(key) && plain.length >= ROLLOVER)
      for (const held of plain) keyboard.change(held, false);
    keyboard.change(key, state);
  }

  #releaseAll(): void {
    this.#host.keyboard.releaseAll();
    this.#host.mouse.releaseAll();
  }
}
