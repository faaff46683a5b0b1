import type { Clock } from "../clock";
import type { Button } from "../hid/keys";

export type MouseReport =
  | { readonly kind: "button"; readonly button: Button; readonly state: boolean }
  | { readonly kind: "move"; readonly x: number; readonly y: number }
  | { readonly kind: "relative"; readonly x: number; readonly y: number }
  | { readonly kind: "wheel"; readonly x: number; readonly y: number };

export type MouseEvent = MouseReport & { readonly at: number };

const MAX_EVENTS = 10_000;

/** The computer's end of the mouse cable. */
export class HostMouse {
  readonly #clock: Clock;
  readonly events: MouseEvent[] = [];
  readonly buttons = new Set<Button>();
  /** The last absolute position, -32768…32767. */
  position = { x: 0, y: 0 };
  /** Called with everything that arrives. */
  onEvent: (event: MouseEvent) => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take(report: MouseReport): void {
    const event = { ...report, at: this.#clock.now() };
    this.events.push(event);
    this.onEvent(event);
    if (this.events.length > MAX_EVENTS) this.events.splice(0, MAX_EVENTS / 2);
    if (report.kind === "move") this.position = { x: report.x, y: report.y };
    if (report.kind !== "button") return;
    if (report.state) this.buttons.add(report.button);
    else this.buttons.delete(report.button);
  }

  releaseAll(): void {
    for (const button of [...this.buttons]) this.take({ kind: "button", button, state: false });
  }

  forget(): void {
    this.events.length = 0;
  }
}
